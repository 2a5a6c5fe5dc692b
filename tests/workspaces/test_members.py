from typing import Any

import pytest

from tests.workspaces.people import ROLES, Role, Team


async def list_members(team: Team, role: Role = "owner") -> dict[str, dict[str, Any]]:
    path = f"/organizations/{team.organization['id']}/members"
    items = (await team[role].get(path)).json()["items"]
    return {item["role"]: item for item in items}


async def test_members_see_each_other(team: Team) -> None:
    members = await list_members(team, "viewer")
    assert members.keys() == set(ROLES) - {"stranger"}
    assert members["admin"]["user"]["id"] == str(team["admin"].user.id)
    assert members["admin"]["user"]["email"] == team["admin"].user.email
    path = f"/members/{members['admin']['id']}"
    assert (await team["viewer"].get(path)).json() == members["admin"]
    assert (await team["stranger"].get(path)).status_code == 404


async def test_roles_are_given_up_to_ones_own(crew: Team) -> None:
    path = f"/members/{(await list_members(crew))['viewer']['id']}"
    steps: list[tuple[Role, Role]] = [("admin", "editor"), ("owner", "owner")]
    for actor, role in steps:
        changed = await crew[actor].patch(path, {"role": role})
        assert (changed.status_code, changed.json().get("role")) == (200, role)


@pytest.mark.parametrize(
    ("actor", "target", "role", "outcome"),
    [
        ("admin", "viewer", "owner", (403, "role_above_own")),
        ("admin", "owner", "viewer", (403, "role_above_own")),
        ("editor", "viewer", "editor", (403, "forbidden")),
        ("stranger", "viewer", "editor", (404, "not_found")),
        ("owner", "owner", "admin", (409, "last_owner")),
        ("owner", "viewer", "emperor", (422, "invalid_request")),
    ],
)
async def test_other_roles_are_not_given(
    team: Team, actor: Role, target: Role, role: str, outcome: tuple[int, str]
) -> None:
    member = (await list_members(team))[target]
    answer = await team[actor].patch(f"/members/{member['id']}", {"role": role})
    assert (answer.status_code, answer.json()["code"]) == outcome
    assert (await list_members(team))[target] == member


@pytest.mark.parametrize("actor", ["viewer", "admin"])
async def test_members_leave_or_are_removed(crew: Team, actor: Role) -> None:
    member = (await list_members(crew))["viewer"]
    removed = await crew[actor].delete(f"/members/{member['id']}")
    assert removed.status_code == 204, removed.text
    found = await crew["viewer"].get(f"/organizations/{crew.organization['id']}")
    assert found.status_code == 404


@pytest.mark.parametrize(
    ("actor", "target", "status"), [("viewer", "editor", 403), ("owner", "owner", 409)]
)
async def test_others_and_the_last_owner_stay(
    team: Team, actor: Role, target: Role, status: int
) -> None:
    member = (await list_members(team))[target]
    answer = await team[actor].delete(f"/members/{member['id']}")
    assert answer.status_code == status, answer.text
    found = await team[target].get(f"/organizations/{team.organization['id']}")
    assert found.status_code == 200


async def test_admins_change_the_organization_and_owners_end_it(crew: Team) -> None:
    path = f"/organizations/{crew.organization['id']}"
    policy = {"allow": ["10.0.0.0/8"], "deny": ["*.example.com"]}
    changed = await crew["admin"].patch(path, {"name": "New", "network_policy": policy})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], changed.json()["network_policy"]) == ("New", policy)
    assert changed.json()["slug"] == crew.organization["slug"]
    assert (await crew["editor"].patch(path, {"name": "Mine"})).status_code == 403
    assert (await crew["admin"].delete(path)).status_code == 403
    assert (await crew["stranger"].delete(path)).status_code == 404
    assert (await crew["owner"].delete(path)).status_code == 204
    assert (await crew["viewer"].get(path)).status_code == 404


async def test_the_audit_log_tells_admins_who_changed_what(crew: Team) -> None:
    path = f"/organizations/{crew.organization['id']}"
    await crew["admin"].patch(path, {"name": "Renamed"})
    log = await crew["owner"].get(
        f"{path}/audit-log", entity_type="organizations", action="update", limit=1
    )
    (entry,) = log.json()["items"]
    assert entry["actor_id"] == str(crew["admin"].user.id)
    assert entry["new_value"]["name"] == "Renamed"
    members = await crew["owner"].get(f"{path}/audit-log", limit=2)
    rest = await crew["owner"].http.get(members.links["next"]["url"])
    assert not {item["id"] for item in members.json()["items"]} & {
        item["id"] for item in rest.json()["items"]
    }
    refused = await crew["editor"].get(f"{path}/audit-log")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await crew["stranger"].get(f"{path}/audit-log")).status_code == 404
    future = await crew["owner"].get(f"{path}/audit-log", created_since="2999-01-01T00:00:00Z")
    assert future.json()["items"] == []


async def test_preferences_are_ones_own(crew: Team) -> None:
    before = (await crew["viewer"].get("/preferences")).json()
    assert before["timezone"] == "UTC"
    changed = await crew["viewer"].patch(
        "/preferences", {"timezone": "Europe/Berlin", "theme": "dark"}
    )
    assert changed.json() == {**before, "timezone": "Europe/Berlin", "theme": "dark"}
    again = await crew["viewer"].patch("/preferences", {"theme": "light"})
    assert again.json()["timezone"] == "Europe/Berlin"
    assert (await crew["owner"].get("/preferences")).json() == before
    wrong = await crew["viewer"].patch("/preferences", {"timezone": "Mars/Olympus"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "timezone")
