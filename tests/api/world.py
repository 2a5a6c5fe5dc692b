"""An organization that has one of everything, by the names that paths and bodies use."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.workspaces.people import Team, name_something

OPENAPI = "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {/items: {get: {responses: {'200': {description: ok}}}}}\n"
NOWHERE = "http://127.0.0.1:1"


@dataclass
class World:
    """Ids of things of one team, and the bodies that no example can know."""

    team: Team
    known: dict[str, str] = field(default_factory=dict[str, str])

    async def make(self, path: str, parameter: str, **document: Any) -> dict[str, Any]:
        """Create something as the owner and remember its id."""
        answer = await self.team.owner.post(path.format(**self.known), document)
        assert answer.is_success, answer.text
        created: dict[str, Any] = answer.json()
        self.known[parameter] = created["id"]
        return created


async def build_world(team: Team) -> World:
    """Fill an organization through the API."""
    world = World(team, {"organization_id": team.organization["id"]})
    await world.make("/organizations/{organization_id}/projects", "project_id", name="Shop")
    await _fill_catalogue(world)
    await _fill_environment(world)
    await _fill_workspace(world)
    await _run(world)
    return world


async def _fill_catalogue(world: World) -> None:
    await world.make("/projects/{project_id}/suites", "suite_id", name="Suite")
    endpoint = {"method": "GET", "path": "/items"}
    for parameter, key in (("required_case_id", "first"), ("case_id", "second")):
        document = {"key": key, "name": key, "endpoint": endpoint}
        await world.make("/suites/{suite_id}/cases", parameter, **document)
    fixture = {"name": "people", "fixture_type": "user", "data": [{"name": "Ann"}]}
    await world.make("/projects/{project_id}/fixtures", "fixture_id", **fixture)
    document = {"format": "openapi", "text": OPENAPI}
    await world.make("/projects/{project_id}/imports", "import_id", **document)


async def _fill_environment(world: World) -> None:
    document = {"name": "Nowhere", "base_url": NOWHERE}
    await world.make("/projects/{project_id}/environments", "environment_id", **document)
    world.known["key"] = "EMAIL"
    path = "/environments/{environment_id}/variables/{key}".format(**world.known)
    require(await world.team.owner.put(path, {"value": "ann@example.org"}))


async def _fill_workspace(world: World) -> None:
    organization = "/organizations/{organization_id}"
    await world.make(f"{organization}/saved-searches", "search_id", name=name_something("Search"))
    await world.make(f"{organization}/report-templates", "template_id", name="Report")
    members = require(await world.team.owner.get(f"{organization}/members".format(**world.known)))
    viewer = world.team["viewer"].user.id
    world.known["member_id"] = next(
        member["id"] for member in members["items"] if member["user"]["id"] == viewer
    )
    credential = {
        "organization_id": world.known["organization_id"],
        "credential_name": name_something("Key"),
        "credential_type": "api-key",
        "secrets": {"key_secret": "of-nobody"},
    }
    await world.make("/credentials", "credential_id", **credential)


async def _run(world: World) -> None:
    selection = {name: world.known[name] for name in ("project_id", "environment_id")}
    await world.make("/runs", "run_id", **selection)


def require(answer: httpx.Response) -> Any:
    """Return the document of an answer of success."""
    assert answer.is_success, answer.text
    return answer.json()
