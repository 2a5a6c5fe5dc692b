"""What a machine may do over HTTP: every scope, every kind of operation."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from scripts.demonstration.components import Service
from tests.workspaces.machines import create_api_token, sign_in
from tests.workspaces.people import Person, Team, name_something

SCOPES = ("read", "run", "write")
CASE = {"key": "ping", "name": "Ping", "endpoint": {"method": "GET", "path": "/ping"}}

# The statuses for the scopes, in their order.
OPERATIONS = {
    "GET /users/me": (200, 200, 200),
    "GET /organizations/{organization}": (200, 200, 200),
    "GET /organizations/{other organization}": (404, 404, 404),
    "GET /organizations/{organization}/members": (200, 200, 200),
    "GET /projects/{project}": (200, 200, 200),
    "GET /runs/{run}": (200, 200, 200),
    "GET /runs/{run}/context": (200, 200, 200),
    "POST /runs": (403, 202, 202),
    "POST /runs/{run}/cancel": (403, 202, 202),
    "PATCH /projects/{project}": (403, 403, 200),
    "POST /organizations/{organization}/projects": (403, 403, 201),
    "POST /projects/{project}/suites": (403, 403, 201),
    "POST /suites/{suite}/cases": (403, 403, 201),
    "POST /organizations/{organization}/report-templates": (403, 403, 201),
    "POST /projects/{project}/environments": (403, 403, 403),
    "PUT /environments/{environment}/variables/color": (403, 403, 403),
    "PUT /environments/{environment}/variables/secret": (403, 403, 403),
    "POST /organizations": (403, 403, 403),
    "PATCH /organizations/{organization}": (403, 403, 403),
    "DELETE /organizations/{organization}": (403, 403, 403),
    "POST /organizations/{organization}/invitations": (403, 403, 403),
    "PATCH /members/{member}": (403, 403, 403),
    "DELETE /members/{member}": (403, 403, 403),
    "POST /organizations/{organization}/api-tokens": (403, 403, 403),
    "GET /api-tokens/{api token}": (404, 404, 404),
    "PATCH /api-tokens/{api token}": (404, 404, 404),
    "DELETE /api-tokens/{api token}": (404, 404, 404),
    "POST /credentials": (403, 403, 403),
    "POST /projects/{project}/hooks": (403, 403, 403),
    "POST /organizations/{organization}/saved-searches": (403, 403, 403),
    "PATCH /users/me": (403, 403, 403),
    "PATCH /preferences": (403, 403, 403),
}

WITHIN_PROJECT = [
    operation
    for operation in OPERATIONS
    if any(name in operation for name in ("{project}", "{run}", "{suite}", "{environment}"))
]
# Whatever they name: what stores secrets is closed to machines.
REFUSED_AT_THE_DOOR = {
    "PUT /environments/{environment}/variables/color",
    "PUT /environments/{environment}/variables/secret",
    "POST /projects/{project}/hooks",
}


@dataclass
class Site:
    """What there is to try it on, and the machines: their person is an admin."""

    ids: dict[str, str]
    machines: dict[str, Person]
    bound: Person
    person: Person

    def create_body(self, operation: str) -> dict[str, Any]:
        named = {"name": name_something("One")}
        bodies: dict[str, dict[str, Any]] = {
            "POST /runs": {
                "project_id": self.ids["project"],
                "environment_id": self.ids["environment"],
            },
            "POST /suites/{suite}/cases": {**CASE, "key": name_something("k"), **named},
            "POST /projects/{project}/environments": {**named, "base_url": "http://127.0.0.1:1"},
            "PUT /environments/{environment}/variables/color": {"value": "red"},
            "PUT /environments/{environment}/variables/secret": {"value": "s", "is_secret": True},
            "POST /organizations": {**named, "slug": name_something("org")},
            "POST /organizations/{organization}/invitations": {"email": "a@shop.example"},
            "PATCH /members/{member}": {"role": "owner"},
            "POST /organizations/{organization}/api-tokens": {**named, "scope": "read"},
            "POST /credentials": {
                "organization_id": self.ids["organization"],
                "credential_name": "One",
                "credential_type": "api-key",
                "secrets": {"key_secret": "secret"},
            },
            "POST /projects/{project}/hooks": {
                **named,
                "environment_id": self.ids["environment"],
                "scheme": "standard",
            },
            "PATCH /users/me": {"full_name": "Machine"},
            "PATCH /preferences": {"theme": "dark"},
        }
        return bodies.get(operation, named)

    async def send(self, machine: Person, operation: str) -> int:
        method, _, path = operation.partition(" ")
        for name, value in self.ids.items():
            path = path.replace("{" + name + "}", value)
        body = None if method in ("GET", "DELETE") else self.create_body(operation)
        answer = await machine.http.request(method, f"/api/v1{path}", json=body)
        return answer.status_code


async def build(team: Team, project: dict[str, Any]) -> dict[str, str]:
    """Give the project everything that is tried; return the ids."""
    path = f"/projects/{project['id']}"
    environment = await team.owner.create(
        f"{path}/environments", name="Local", base_url="http://127.0.0.1:1"
    )
    suite = await team.owner.create(f"{path}/suites", name="Suite")
    await team.owner.create(f"/suites/{suite['id']}/cases", **CASE)
    run = await team.owner.post(
        "/runs", {"project_id": project["id"], "environment_id": environment["id"]}
    )
    return {
        "project": project["id"],
        "environment": environment["id"],
        "suite": suite["id"],
        "run": run.json()["id"],
    }


@pytest.fixture(scope="module")
async def site(team: Team, service: Service) -> AsyncIterator[Site]:
    person = team["admin"]
    organization_id = team.organization["id"]
    ids = await build(team, await team.create_project())
    other = await person.create("/organizations", name="Other", slug=name_something("other"))
    members = await team.owner.get(f"/organizations/{organization_id}/members", role="admin")
    ids |= {
        "organization": organization_id,
        "other organization": other["id"],
        "member": members.json()["items"][0]["id"],
    }
    elsewhere = await team.create_project()
    async with AsyncExitStack() as machines:
        by_scope: dict[str, Person] = {}
        for scope in SCOPES:
            token = await create_api_token(person, organization_id, scope)
            ids["api token"] = token["id"]
            by_scope[scope] = await machines.enter_async_context(
                sign_in(service, person, token["api_token"])
            )
        token = await create_api_token(person, organization_id, "write", project_id=elsewhere["id"])
        bound = await machines.enter_async_context(sign_in(service, person, token["api_token"]))
        yield Site(ids, by_scope, bound, person)


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_scopes_decide(operation: str, site: Site) -> None:
    statuses = [await site.send(site.machines[scope], operation) for scope in SCOPES]
    assert tuple(statuses) == OPERATIONS[operation]


@pytest.mark.parametrize("operation", WITHIN_PROJECT)
async def test_a_bound_token_finds_nothing_of_another_project(operation: str, site: Site) -> None:
    refusal = 403 if operation in REFUSED_AT_THE_DOOR else 404
    assert await site.send(site.bound, operation) == refusal


async def test_a_bound_token_starts_no_run_of_another_project(site: Site) -> None:
    assert await site.send(site.bound, "POST /runs") == 404
    operation = "POST /organizations/{organization}/projects"
    assert await site.send(site.bound, operation) == 403


async def test_machines_see_one_organization_and_one_project(site: Site) -> None:
    for machine in (*site.machines.values(), site.bound):
        organizations = (await machine.get("/organizations")).json()["items"]
        assert [item["id"] for item in organizations] == [site.ids["organization"]]
    path = f"/organizations/{site.ids['organization']}/projects"
    (project,) = (await site.bound.get(path)).json()["items"]
    assert project["id"] != site.ids["project"]


async def test_a_machine_is_not_answered_what_its_person_was(site: Site) -> None:
    path = f"/api/v1/organizations/{site.ids['organization']}/api-tokens"
    body, key = {"name": "One", "scope": "read"}, {"Idempotency-Key": name_something("key")}
    first = await site.person.http.post(path, json=body, headers=key)
    assert first.status_code == 201
    again = await site.machines["write"].http.post(path, json=body, headers=key)
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")
