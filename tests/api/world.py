"""An organization that has one of everything, by the names that paths and bodies use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.hooks.senders import sign_github
from tests.workspaces.people import Team, name_something

OPENAPI = "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {/items: {get: {responses: {'200': {description: ok}}}}}\n"
NOWHERE = "http://127.0.0.1:1"


@dataclass
class World:
    """Ids of things of one team, and the bodies that no example can know."""

    team: Team
    known: dict[str, str] = field(default_factory=dict[str, str])

    async def make(
        self,
        path: str,
        parameter: str,
        document: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Create something as the owner and remember its id."""
        created = require(
            await self.team.owner.http.post(
                f"/api/v1{path.format(**self.known)}", json=document, headers=headers
            )
        )
        self.known[parameter] = created["id"]
        return created

    async def list_items(self, path: str) -> list[dict[str, Any]]:
        """Return the first piece of a list."""
        return require(await self.team.owner.get(path.format(**self.known)))["items"]

    async def find(self, path: str, parameter: str) -> None:
        """Remember the id of the first item of a list."""
        self.known[parameter] = (await self.list_items(path))[0]["id"]


async def build_world(team: Team) -> World:
    """Fill an organization through the API."""
    world = World(team, {"organization_id": team.organization["id"]})
    await world.make("/organizations/{organization_id}/projects", "project_id", {"name": "Shop"})
    await _fill_catalogue(world)
    await _fill_environment(world)
    await _fill_workspace(world)
    await _run(world)
    await _receive_delivery(world)
    return world


async def _fill_catalogue(world: World) -> None:
    await world.make("/projects/{project_id}/suites", "suite_id", {"name": "Suite"})
    endpoint = {"method": "GET", "path": "/items"}
    cases = {"required_test_id": "first", "case_id": "second", "dependent_test_id": "third"}
    for parameter, key in cases.items():
        document = {"key": key, "name": key, "endpoint": endpoint, "tags": ["smoke"]}
        await world.make("/suites/{suite_id}/cases", parameter, document)
    fixture = {"name": "people", "fixture_type": "user", "data": [{"name": "Ann"}]}
    await world.make("/projects/{project_id}/fixtures", "fixture_id", fixture)
    unused = {"method": "GET", "path": "/unused"}
    await world.make("/projects/{project_id}/endpoints", "endpoint_id", unused)
    required = {
        "dependent_test_id": world.known["case_id"],
        "required_test_id": world.known["required_test_id"],
    }
    await world.make("/projects/{project_id}/dependencies", "dependency_id", required)
    document = {"format": "openapi", "text": OPENAPI}
    await world.make("/projects/{project_id}/imports", "import_id", document)


async def _fill_environment(world: World) -> None:
    document = {"name": "Nowhere", "base_url": NOWHERE}
    await world.make("/projects/{project_id}/environments", "environment_id", document)
    world.known["key"] = "EMAIL"
    path = "/environments/{environment_id}/variables/{key}".format(**world.known)
    require(await world.team.owner.put(path, {"value": "ann@example.org"}))


async def _fill_workspace(world: World) -> None:
    organization = "/organizations/{organization_id}"
    await world.make(
        f"{organization}/saved-searches", "search_id", {"name": name_something("Search")}
    )
    await world.make(f"{organization}/report-templates", "template_id", {"name": "Report"})
    viewer = world.team["viewer"].user.id
    members = await world.list_items(f"{organization}/members")
    world.known["member_id"] = next(
        member["id"] for member in members if member["user"]["id"] == viewer
    )
    invitation = {"email": f"{name_something('guest')}@example.org"}
    await world.make(f"{organization}/invitations", "invitation_id", invitation)
    token = {"name": "Nightly", "scope": "run"}
    await world.make(f"{organization}/api-tokens", "token_id", token)
    credential = {
        "organization_id": world.known["organization_id"],
        "credential_name": name_something("Key"),
        "credential_type": "api-key",
        "secrets": {"key_secret": "of-nobody"},
    }
    await world.make("/credentials", "credential_id", credential)


async def _run(world: World) -> None:
    project_id, environment_id = world.known["project_id"], world.known["environment_id"]
    for _ in range(2):
        start = {"project_id": project_id, "environment_id": environment_id}
        await world.make("/runs", "run_id", start, {"Prefer": "wait=60"})
    await world.find("/runs/{run_id}/results", "result_id")
    batch = {"project_id": project_id, "environment_ids": [environment_id]}
    await world.make("/batches", "batch_id", batch)


async def _receive_delivery(world: World) -> None:
    hook = {
        "name": "Deployed",
        "environment_id": world.known["environment_id"],
        "signature": {"scheme": "github"},
    }
    created = await world.make("/projects/{project_id}/hooks", "hook_id", hook)
    body = b'{"zen": "Keep it logically awesome."}'
    answer = await world.team.owner.http.post(
        f"/api/v1/hooks/{created['id']}",
        content=body,
        headers={**sign_github(body, created["secret"]), "Content-Type": "application/json"},
    )
    require(answer)
    await world.find("/hooks/{hook_id}/deliveries", "delivery_id")


def require(answer: httpx.Response) -> Any:
    """Return the document of an answer of success."""
    assert answer.is_success, answer.text
    return answer.json()
