"""The document of a suite over HTTP: who gets it, in which form, and that it stands for all of it."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import yaml

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.suite_documents.rendering import render_case
from app.catalog.suite_documents.router import prefers_json
from app.catalog.suite_documents.writing import write_yaml
from scripts.demonstration.components import SupabaseDetails
from tests.catalog.suite_documents.documents import SHOP, create_project, export, put, store
from tests.catalog.suite_documents.strategies import TWISTED
from tests.docs.test_writing_tests import DOCUMENT
from tests.workspaces.people import ROLES, Role, Team

HEADER = "# yaml-language-server: $schema=suite.schema.json\n"
NUMBERS = [0, 1, 1.0, -1.5, 1e16, 1.7e308, 1e-7, 5e-324, 10**30, -(2**63), 2**64]


@pytest.mark.parametrize("role", ROLES)
async def test_members_export_suites(team: Team, role: Role) -> None:
    project = await create_project(team)
    suite = (await store(team.owner, project, SHOP))["suite_id"]

    answer = await team[role].get(f"/suites/{suite}/document")

    assert answer.status_code == (404 if role == "stranger" else 200)
    if role != "stranger":
        assert answer.text == HEADER + SHOP
        assert answer.headers["Content-Type"] == "application/yaml"
        disposition = answer.headers["Content-Disposition"]
        assert disposition == 'attachment; filename="checkout.suite.yaml"'


@pytest.mark.parametrize("accept", ["application/yaml", "application/json"])
async def test_a_known_document_is_not_sent_again(team: Team, accept: str) -> None:
    project = await create_project(team)
    path = f"/api/v1/suites/{(await store(team.owner, project, SHOP))['suite_id']}/document"
    first = await team.owner.http.get(path, headers={"Accept": accept})
    known = {"Accept": accept, "If-None-Match": first.headers["ETag"]}

    second = await team.owner.http.get(path, headers=known)
    await store(team.owner, project, SHOP.replace("name: Cart", "name: The cart"))
    third = await team.owner.http.get(path, headers=known)

    assert first.headers["Content-Type"] == accept
    assert "Accept" in first.headers["Vary"]
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["ETag"] == first.headers["ETag"]
    assert third.status_code == 200


async def test_json_says_the_same(team: Team) -> None:
    project, other = await create_project(team), await create_project(team)
    suite = (await store(team.owner, project, SHOP))["suite_id"]
    accept = {"Accept": "application/json"}
    answer = await team.owner.http.get(f"/api/v1/suites/{suite}/document", headers=accept)

    stored = await store(
        team.owner, other, answer.text, headers={"Content-Type": "application/json"}
    )

    assert answer.json() == {"$schema": "suite.schema.json", **yaml.safe_load(SHOP)}
    assert await export(team.owner, stored["suite_id"]) == HEADER + SHOP


async def test_fixtures_can_be_left_out(team: Team) -> None:
    project = await create_project(team)
    suite = (await store(team.owner, project, SHOP))["suite_id"]

    short = await export(team.owner, suite, fixtures=False)

    assert short == HEADER + SHOP.partition("fixtures:")[0]
    assert not (await store(team.owner, project, short))["changed"]
    answer = await put(team.owner, await create_project(team), short)
    assert answer.json()["code"] == "fixture_not_found"


@pytest.mark.parametrize(
    ("name", "file_name"),
    [
        ("Über alles/../x", "ber-alles-x"),
        ('a"; filename="b\\', "a-filename-b"),
        ("日本", "suite"),
        ("x" * 200, "x" * 80),
        ("a\r\nSet-Cookie: b=c", "a-set-cookie-b-c"),
    ],
    ids=range(5),
)
async def test_names_of_files_are_safe(team: Team, name: str, file_name: str) -> None:
    project = await create_project(team)
    suite = await team.owner.create(f"/projects/{project}/suites", name=name)

    answer = await team.owner.get(f"/suites/{suite['id']}/document")

    expected = f'attachment; filename="{file_name}.suite.yaml"'
    assert answer.headers["Content-Disposition"] == expected
    assert "Set-Cookie" not in answer.headers


async def test_twisted_values_survive_the_database(team: Team) -> None:
    """Texts that YAML could take for something else, and numbers that are stored as decimals."""
    first, second = await create_project(team), await create_project(team)
    texts = [text for text in TWISTED if "\0" not in text]
    body = {"texts": texts, "names": {text: text for text in texts}, "numbers": NUMBERS}
    case = {
        "key": "null",
        "name": "yes",
        "description": "Two\nlines\n",
        "tags": ["1e3", "0x1F", "no"],
        "endpoint": "POST /a: b #c",
        "request": {"body": body, "headers": {"X": "~"}},
        "response": {"assertions": [{"type": "body", "operator": "eq", "expected": None}]},
    }
    document = json.dumps({"version": 1, "name": "1.0", "cases": [case]})
    as_json = {"Content-Type": "application/json"}

    suite = (await store(team.owner, first, document, headers=as_json))["suite_id"]
    exported = await export(team.owner, suite)
    again = await store(team.owner, first, document, headers=as_json)
    copied = await store(team.owner, second, exported)

    assert not again["changed"]
    assert await export(team.owner, copied["suite_id"]) == exported
    stored = (await team.owner.get(f"/suites/{suite}/cases")).json()["items"][0]
    read = (await team.owner.get(f"/cases/{stored['id']}")).json()
    assert read["request"]["body"]["texts"] == texts
    assert read["response"]["assertions"][0]["expected"] is None


async def test_every_documented_test_survives(team: Team) -> None:
    """All examples of docs/writing-tests.md, as the API takes them, through documents."""
    project, other = await create_project(team), await create_project(team)
    cases = list(_iter_examples())
    suite = await team.owner.create(f"/projects/{project}/suites", name="Examples")
    # One example is about a fixture that is not there.
    fixtures: dict[str, Any] = {**DOCUMENT.environment["fixtures"], "customers": []}
    for name, data in fixtures.items():
        await team.owner.create(f"/projects/{project}/fixtures", name=name, data=data)
    for case in cases[:10]:
        await team.owner.create(f"/suites/{suite['id']}/cases", **case.model_dump(by_alias=True))
    document: dict[str, Any] = {"version": 1, "name": "Examples"}
    document["cases"] = [render_case(case) for case in cases]

    report = await store(team.owner, project, write_yaml(document))
    exported = await export(team.owner, suite["id"])
    copied = (await store(team.owner, other, exported))["suite_id"]

    assert [case["change"] for case in report["cases"]] == ["unchanged"] * 10 + ["created"] * (
        len(cases) - 10
    )
    assert exported.startswith(HEADER + write_yaml(document))
    assert await export(team.owner, copied) == exported


async def test_what_no_document_can_say_is_named(team: Team, supabase: SupabaseDetails) -> None:
    """Studio writes what the API would refuse; a document repairs it."""
    project = await create_project(team)
    suite = (await store(team.owner, project, SHOP))["suite_id"]
    async with await psycopg.AsyncConnection.connect(supabase.database_url) as connection:
        await connection.execute(
            "update public.test_request_configs set headers = '{\"A\": 1}' where test_case_id = "
            "(select id from public.test_cases where suite_id = %s and key = 'cart')",
            (suite,),
        )

    refused = await team.owner.get(f"/suites/{suite}/document")
    repaired = await store(team.owner, project, SHOP)

    assert (refused.status_code, refused.json()["code"]) == (409, "suite_not_exportable")
    assert "case cart: request.headers.A" in refused.json()["detail"]
    assert repaired["cases"][1]["change"] == "updated"
    assert await export(team.owner, suite) == HEADER + SHOP


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", False),
        ("", False),
        ("application/json", True),
        ("application/yaml, application/json", False),
        ("application/yaml;q=0.5, application/json", True),
        ("application/json;q=0.5, */*", False),
        ("application/json, */*;q=0.5", True),
        ("application/json;q=nonsense", False),
        ("text/html", False),
    ],
)
def test_yaml_comes_unless_json_is_preferred(accept: str, expected: bool) -> None:
    assert prefers_json(accept) == expected


async def test_fifty_megabytes_are_refused(team: Team) -> None:
    answer = await put(team.owner, await create_project(team), b" " * 50_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def _iter_examples() -> Iterator[CaseCreate]:
    """Each with a key, a name and a place of its own, and without the tests that it waits for."""
    tests = [
        test
        for example in DOCUMENT.examples
        if not example.said.startswith("refused")
        for test in example.content["tests"]
    ]
    for position, test in enumerate(tests):
        own = {"key": f"{position}-{test['key']}", "name": f"{position} {test['name']}"}
        place: dict[str, Any] = {"order_index": position, "dependencies": []}
        yield CaseCreate.model_validate({**test, **own, **place})
