"""Hundreds of cases are stored, stored again and exported within seconds."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from tests.catalog.suite_documents.documents import create_project, export, put, store
from tests.workspaces.people import Team

CASE = """\
  - key: case-{number}
    name: Case {number}
    description: |
      Reads one item
      and looks at it
    tags:
      - smoke
    dependencies:
      - case-{before}
    endpoint: GET /items/{number}/{{part}}
    request:
      headers:
        Authorization: Bearer {{{{shared_auth_tokens.access_token}}}}
      path_params:
        part: "{number}"
    response:
      expected_status_code: 200
      assertions:
        - type: jsonpath
          path: $.id
          operator: eq
          expected: {number}
      capture_vars:
        item: $.id
"""
FIRST = "  - key: case-0\n    name: Case 0\n    endpoint: GET /items\n"
# A small part of it on a machine of its own; other tests run beside.
PATIENCE_SECONDS = 30


def build_document(count: int) -> str:
    """Everything depends on the first case, or on one of the ten before."""
    cases = [
        CASE.format(number=number, before=number - number % 10 if number % 10 else 0)
        for number in range(1, count)
    ]
    return f"version: 1\nname: Large\ncases:\n{FIRST}{''.join(cases)}"


@contextmanager
def measured(what: str) -> Generator[None]:
    started = time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    assert seconds < PATIENCE_SECONDS, what


async def test_hundreds_of_cases(team: Team) -> None:
    project = await create_project(team)
    document = build_document(250)
    with measured("create"):
        report = await store(team.owner, project, document)
    with measured("unchanged"):
        again = await store(team.owner, project, document)
    with measured("export"):
        exported = await export(team.owner, report["suite_id"])

    assert not again["changed"]
    assert len(report["cases"]) == exported.count("\n  - key: ") == 250


async def test_more_are_refused(team: Team) -> None:
    answer = await put(team.owner, await create_project(team), build_document(1_001))

    assert (answer.status_code, answer.json()["field"]) == (422, "cases")
