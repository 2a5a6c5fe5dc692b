from uuid import uuid4

import pytest

from tests.workspaces.people import ROLES, Role, Team, name_something

EDITORS = {"owner", "admin", "editor"}


def expected_status(role: Role, allowed: set[str], success: int = 201) -> int:
    if role == "stranger":
        return 404
    return success if role in allowed else 403


@pytest.mark.parametrize("role", ROLES)
async def test_editors_create_projects(team: Team, role: Role) -> None:
    path = f"/organizations/{team.organization['id']}/projects"
    document = {"name": name_something("Project"), "base_url": "https://shop.example/"}
    answer = await team[role].post(path, document)
    assert answer.status_code == expected_status(role, EDITORS), answer.text
    if answer.status_code == 201:
        project = answer.json()
        assert project["base_url"] == "https://shop.example"
        assert project["status"] == "active"
        assert answer.headers["Location"] == f"/api/v1/projects/{project['id']}"


@pytest.mark.parametrize("role", ROLES)
async def test_members_see_projects_and_suites(team: Team, role: Role) -> None:
    suite = await team.create_suite()
    project_path = f"/projects/{suite['project_id']}"
    suite_path = f"/suites/{suite['id']}"
    for path in (project_path, suite_path, f"{project_path}/suites", f"{suite_path}/cases"):
        answer = await team[role].get(path)
        assert answer.status_code == (404 if role == "stranger" else 200), path


@pytest.mark.parametrize("role", ROLES)
async def test_editors_create_suites(team: Team, role: Role) -> None:
    project = await team.create_project()
    answer = await team[role].post(f"/projects/{project['id']}/suites", {"name": "Checkout"})
    assert answer.status_code == expected_status(role, EDITORS), answer.text


@pytest.mark.parametrize("role", ["owner", "stranger"])
async def test_nothing_is_created_under_an_unknown_parent(team: Team, role: Role) -> None:
    for path in (f"/organizations/{uuid4()}/projects", f"/projects/{uuid4()}/suites"):
        answer = await team[role].post(path, {"name": "Lost"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.json()["detail"] == "There is no such resource."


async def test_a_taken_name_is_a_conflict(team: Team) -> None:
    project = await team.create_project()
    path = f"/organizations/{team.organization['id']}/projects"
    answer = await team.owner.post(path, {"name": project["name"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
    assert (answer.json()["field"], answer.json()["detail"]) == (
        "name",
        "Another one has this name.",
    )


async def test_suites_come_in_their_order(team: Team) -> None:
    project = await team.create_project()
    path = f"/projects/{project['id']}/suites"
    for index in (2, 0, 1, 1):
        await team.owner.create(path, name=name_something("Suite"), order_index=index)
    first = (await team.owner.get(path, limit=3)).json()
    rest = (await team.owner.get(path, limit=3, cursor=first["next_cursor"])).json()
    suites = first["items"] + rest["items"]
    assert [suite["order_index"] for suite in suites] == [0, 1, 1, 2]
    assert len({suite["id"] for suite in suites}) == 4
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"name": "Shop", "base_url": "ftp://shop.example"}, "base_url"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Shop", "organization_id": str(uuid4())}, "organization_id"),
    ],
    ids=["base_url", "name", "organization_id"],
)
async def test_a_wrong_field_is_named(team: Team, document: dict[str, str], field: str) -> None:
    path = f"/organizations/{team.organization['id']}/projects"
    answer = await team.owner.post(path, document)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
