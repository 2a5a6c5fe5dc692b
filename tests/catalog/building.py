"""Projects, suites and cases as the tests of the catalog need them."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.workspaces.people import Person, Team


def build_case(key: str, *required: str, **fields: Any) -> dict[str, Any]:
    dependencies = [{"required_test_key": name} for name in required]
    return {
        "key": key,
        "name": key,
        "endpoint": {"method": "GET", "path": f"/{key}"},
        "dependencies": dependencies,
        **fields,
    }


def use(path: str, **fields: Any) -> dict[str, Any]:
    """The request of a case that sends a value of the context."""
    return {"request": {"body": f"{{{{{path}}}}}"}, **fields}


@dataclass(frozen=True)
class Workshop:
    """A project of its own with one suite."""

    person: Person
    project_id: str
    suite_id: str

    async def add(self, key: str, *required: str, **fields: Any) -> dict[str, Any]:
        suite_id = fields.pop("suite_id", self.suite_id)
        document = build_case(key, *required, **fields)
        return await self.person.create(f"/suites/{suite_id}/cases", **document)

    async def add_suite(self, name: str) -> str:
        path = f"/projects/{self.project_id}/suites"
        return (await self.person.create(path, name=name))["id"]

    async def read(self, case: dict[str, Any]) -> dict[str, Any]:
        return (await self.person.get(f"/cases/{case['id']}")).json()

    async def list_keys(self, **filters: Any) -> list[str]:
        answer = await self.person.get(f"/projects/{self.project_id}/cases", **filters)
        assert answer.status_code == 200, answer.text
        return [case["key"] for case in answer.json()["items"]]


async def open_workshop(team: Team) -> Workshop:
    suite = await team.create_suite()
    return Workshop(team.owner, suite["project_id"], suite["id"])


async def send(
    person: Person, method: str, path: str, document: Any = None, *, if_match: str | None = None
) -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    return await person.http.request(method, f"/api/v1{path}", json=document, headers=headers)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", answer.text)
