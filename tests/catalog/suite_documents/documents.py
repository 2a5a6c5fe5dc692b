"""Sends documents and reads them back."""

from textwrap import dedent
from typing import Any

import httpx

from tests.workspaces.people import Person, Role, Team

SHOP = dedent("""\
    version: 1
    name: Checkout
    description: From login to the cart
    cases:
      - key: login
        name: Login
        tags:
          - smoke
        endpoint: POST /login
        request:
          body:
            email: "{{env.EMAIL}}"
        response:
          expected_status_code: 200
          capture_vars:
            token: $.token

      - key: cart
        name: Cart
        dependencies:
          - login
        endpoint: GET /cart
        request:
          headers:
            Authorization: Bearer {{captured_data.login.token}}

      - key: pay
        name: Pay
        dependencies:
          - required_test_key: cart
            dependency_type: data
        endpoint: POST /pay/{card}
        request:
          path_params:
            card: "{{fixture.cards[0].number}}"
    endpoints:
      GET /cart:
        description: What is in it
    fixtures:
      cards:
        data:
          - number: "4242"
    """)


async def put(
    person: Person, project_id: str, document: str | bytes, /, **options: Any
) -> httpx.Response:
    headers = {"Content-Type": "application/yaml", **options.pop("headers", {})}
    path = f"/api/v1/projects/{project_id}/suites/document"
    return await person.http.put(path, content=document, params=options, headers=headers)


async def store(person: Person, project_id: str, document: str | bytes, /, **options: Any) -> Any:
    answer = await put(person, project_id, document, **options)
    assert answer.is_success, answer.text
    return answer.json()


async def export(person: Person, suite_id: str, **parameters: Any) -> str:
    answer = await person.get(f"/suites/{suite_id}/document", **parameters)
    assert answer.status_code == 200, answer.text
    return answer.text


async def create_project(team: Team, role: Role = "owner") -> str:
    return (await team.create_project())["id"]


def changes_of(report: Any) -> dict[str, str]:
    return {case["key"]: case["change"] for case in report["cases"]}
