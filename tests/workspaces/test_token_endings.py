"""When the rights of a machine end: at once, also for the access token that it has."""

import pytest

from scripts.demonstration.components import Service
from tests.workspaces.machines import create_api_token, exchange, sign_in
from tests.workspaces.people import Person, Team


async def find_member(crew: Team, person: Person) -> str:
    path = f"/organizations/{crew.organization['id']}/members"
    members = (await crew.owner.get(path)).json()["items"]
    return next(item["id"] for item in members if item["user"]["id"] == person.user.id)


async def may_read(machine: Person, crew: Team) -> bool:
    answer = await machine.get(f"/organizations/{crew.organization['id']}")
    assert answer.status_code in (200, 404)
    return answer.status_code == 200


@pytest.mark.parametrize("who", ["editor", "admin"])
async def test_a_revoked_token_has_no_rights_left(team: Team, service: Service, who: str) -> None:
    token = await create_api_token(team["editor"], team.organization["id"], "write")
    async with sign_in(service, team["editor"], token["api_token"]) as machine:
        assert await may_read(machine, team)
        person = team["editor"] if who == "editor" else team["admin"]
        assert (await person.delete(f"/api-tokens/{token['id']}")).status_code == 204
        assert not await may_read(machine, team)
        assert (await machine.get("/users/me")).status_code == 404
    log = await team.owner.get(
        f"/organizations/{team.organization['id']}/audit-log",
        entity_type="api_tokens",
        action="delete",
    )
    (entry,) = [item for item in log.json()["items"] if item["entity_id"] == token["id"]]
    assert entry["actor_id"] == person.user.id
    assert entry["old_value"]["last_used_at"] is not None
    assert entry["old_value"]["last_four"] == "***"


async def test_a_token_goes_with_its_person_and_does_not_come_back(
    crew: Team, service: Service
) -> None:
    token = await create_api_token(crew["editor"], crew.organization["id"], "write")
    async with sign_in(service, crew["editor"], token["api_token"]) as machine:
        member_id = await find_member(crew, crew["editor"])
        assert (await crew["admin"].delete(f"/members/{member_id}")).status_code == 204
        assert not await may_read(machine, crew)
    assert (await exchange(service, token["api_token"])).status_code == 401


async def test_a_token_has_no_more_rights_than_its_person(crew: Team, service: Service) -> None:
    token = await create_api_token(crew["editor"], crew.organization["id"], "write")
    project = await crew.create_project()
    async with sign_in(service, crew["editor"], token["api_token"]) as machine:
        path = f"/projects/{project['id']}"
        assert (await machine.patch(path, {"description": "one"})).status_code == 200
        member_id = await find_member(crew, crew["editor"])
        await crew["admin"].patch(f"/members/{member_id}", {"role": "viewer"})
        assert (await machine.patch(path, {"description": "two"})).status_code == 403
        assert await may_read(machine, crew)


async def test_a_token_goes_with_its_project(team: Team, service: Service) -> None:
    project = await team.create_project()
    token = await create_api_token(
        team["editor"], team.organization["id"], "read", project_id=project["id"]
    )
    assert (await team.owner.delete(f"/projects/{project['id']}")).status_code == 204
    assert (await exchange(service, token["api_token"])).status_code == 401
