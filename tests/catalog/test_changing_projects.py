"""Projects and suites: changed, found, shown with parts."""

from typing import Any

import pytest

from tests.catalog.building import open_workshop, refusal, send
from tests.workspaces.people import ROLES, Role, Team, name_something


async def test_a_project_changes_only_where_it_is_said(team: Team) -> None:
    project = await team.create_project()
    path = f"/projects/{project['id']}"
    got = await team.owner.get(path)
    changes = {"status": "archived", "description": "Old", "base_url": "https://shop.example/"}
    changed = await send(team.owner, "PATCH", path, changes, if_match=got.headers["ETag"])
    assert changed.status_code == 200, changed.text
    expected = {**project, **changes, "base_url": "https://shop.example"}
    expected["updated_at"] = changed.json()["updated_at"]
    assert changed.json() == expected
    stale = await send(team.owner, "PATCH", path, changes, if_match=got.headers["ETag"])
    assert refusal(stale) == (412, "precondition_failed")
    assert (await team.owner.patch(path, {})).json() == changed.json()
    other = await team.create_project()
    taken = await team.owner.patch(path, {"name": other["name"]})
    assert (refusal(taken), taken.json()["field"]) == ((409, "already_exists"), "name")
    assert (await team.owner.patch(path, {"status": "gone"})).json()["field"] == "status"


async def test_projects_are_found_by_status_and_name(team: Team) -> None:
    path = f"/organizations/{team.organization['id']}/projects"
    names = [name_something(kind) for kind in ("Needle_b", "Needle_a", "Hay")]
    projects = [await team.owner.create(path, name=name) for name in names]
    await team.owner.patch(f"/projects/{projects[0]['id']}", {"status": "archived"})
    wanted: dict[str, Any] = {"text": "needle_", "sort": "name"}
    items = (await team.owner.get(path, **wanted)).json()["items"]
    mine = [item["name"] for item in items if item["name"] in names]
    assert mine == [names[1], names[0]]
    archived = (await team.owner.get(path, **wanted, status=["archived"])).json()["items"]
    assert names[0] in {item["name"] for item in archived}
    assert {item["status"] for item in archived} == {"archived"}


async def test_parts_are_shown_on_demand(team: Team) -> None:
    workshop = await open_workshop(team)
    first = await workshop.add_suite("First")
    case = await workshop.add("login")
    await team.owner.patch(f"/suites/{workshop.suite_id}", {"order_index": 1})
    project = f"/projects/{workshop.project_id}"
    assert "suites" not in (await team.owner.get(project)).json()
    shown = await team.owner.get(project, include="suites")
    assert [suite["id"] for suite in shown.json()["suites"]] == [first, workshop.suite_id]
    suites = (await team.owner.get(f"{project}/suites", include="cases")).json()["items"]
    assert [[item["id"] for item in suite["cases"]] for suite in suites] == [[], [case["id"]]]
    refused = await send(team.owner, "PATCH", project, {"name": "New"}, if_match='"other"')
    assert refusal(refused) == (412, "precondition_failed")
    assert shown.headers["ETag"] != (await team.owner.get(project)).headers["ETag"]
    assert refusal(await team.owner.get(project, include="runs")) == (422, "invalid_request")


async def test_a_suite_changes_only_where_it_is_said(team: Team) -> None:
    workshop = await open_workshop(team)
    path = f"/suites/{workshop.suite_id}"
    suite = (await team.owner.get(path)).json()
    changed = (await team.owner.patch(path, {"enabled": False})).json()
    assert changed == suite | {"enabled": False, "updated_at": changed["updated_at"]}
    await workshop.add_suite("Other")
    assert refusal(await team.owner.patch(path, {"name": "Other"})) == (409, "already_exists")
    listing = f"/projects/{workshop.project_id}/suites"
    for filters, names in (
        ({"enabled": "false"}, ["Suite"]),
        ({"text": "OTH"}, ["Other"]),
        ({"sort": "-name"}, ["Suite", "Other"]),
    ):
        items = (await team.owner.get(listing, **filters)).json()["items"]
        assert [item["name"] for item in items] == names, filters


@pytest.mark.parametrize("role", ROLES)
async def test_editors_change_projects_and_suites(team: Team, role: Role) -> None:
    workshop = await open_workshop(team)
    expected = {"viewer": 403, "stranger": 404}.get(role, 200)
    for path in (f"/projects/{workshop.project_id}", f"/suites/{workshop.suite_id}"):
        answer = await team[role].patch(path, {"description": "New"})
        assert answer.status_code == expected, answer.text
