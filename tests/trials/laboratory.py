"""A project whose cases are tried against a target of the test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.trials.target import Target
from tests.workspaces.people import Person, Team, name_something

Document = dict[str, Any]


@dataclass
class Laboratory:
    """An environment that points at the target, a suite, and people to try with."""

    team: Team
    target: Target
    project_id: str
    environment_id: str
    suite_id: str

    @property
    def owner(self) -> Person:
        return self.team.owner

    async def set_variable(self, key: str, value: str, *, is_secret: bool = False) -> None:
        path = f"/environments/{self.environment_id}/variables/{key}"
        answer = await self.owner.put(path, {"value": value, "is_secret": is_secret})
        assert answer.status_code == 200, answer.text

    async def add_fixture(self, name: str, data: Any) -> None:
        await self.owner.create(f"/projects/{self.project_id}/fixtures", name=name, data=data)

    async def add_case(self, key: str, path: str, **fields: Any) -> str:
        document = describe_case(key, path, **fields)
        return (await self.owner.create(f"/suites/{self.suite_id}/cases", **document))["id"]

    async def preview(self, case_id: str, person: Person | None = None, **context: Any) -> Document:
        return succeed(await self.ask(f"/cases/{case_id}/preview", context, person))

    async def try_once(
        self, case_id: str, person: Person | None = None, **context: Any
    ) -> Document:
        return succeed(await self.ask(f"/cases/{case_id}/try", context, person))

    async def ask(
        self, path: str, context: Mapping[str, Any], person: Person | None = None
    ) -> httpx.Response:
        """Ask for a preview or a try in the environment, unless the context names another."""
        document = {"environment_id": self.environment_id, **context}
        return await (person or self.owner).post(path, document)


def describe_case(
    key: str,
    path: str,
    *,
    method: str = "GET",
    request: Mapping[str, Any] | None = None,
    response: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Document:
    return {
        "key": key,
        "name": key.title(),
        "endpoint": {"method": method, "path": path},
        "request": dict(request or {}),
        "response": dict(response or {}),
        **fields,
    }


async def build_laboratory(team: Team, target: Target, base_url: str) -> Laboratory:
    project = await team.create_project()
    owned = f"/projects/{project['id']}"
    environment = await team.owner.create(
        f"{owned}/environments", name=name_something("Local"), base_url=base_url
    )
    suite = await team.owner.create(f"{owned}/suites", name="Suite")
    return Laboratory(team, target, project["id"], environment["id"], suite["id"])


def succeed(answer: httpx.Response) -> Document:
    assert answer.status_code == 200, answer.text
    return answer.json()
