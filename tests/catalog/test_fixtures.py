"""Fixtures: test data with a name, and which tests use it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.catalog.building import send
from tests.catalog.test_projects_and_suites import EDITORS, expected_status
from tests.workspaces.people import ROLES, Role, Team

USERS = [{"email": "ada@example.org"}, {"email": "bob@example.org"}]


async def create_fixture(team: Team, **fields: Any) -> dict[str, Any]:
    suite = await team.create_suite()
    fixture = {"name": "users", "data": USERS, **fields}
    created = await team.owner.create(f"/projects/{suite['project_id']}/fixtures", **fixture)
    return created | {"suite_id": suite["id"]}


def build_case(key: str, **fields: Any) -> dict[str, Any]:
    return {"key": key, "name": key, "endpoint": {"method": "GET", "path": f"/{key}"}, **fields}


async def test_a_fixture_comes_back_as_it_was_written(team: Team) -> None:
    created = await create_fixture(team, description="People", tags=["a"], fixture_type="user")
    answer = (await team.owner.get(f"/fixtures/{created['id']}")).json()
    assert (answer["data"], answer["name"], answer["tags"]) == (USERS, "users", ["a"])
    listed = await team.owner.get(f"/projects/{created['project_id']}/fixtures")
    assert [(item["name"], "data" in item) for item in listed.json()["items"]] == [("users", False)]


async def test_a_change_leaves_the_rest(team: Team) -> None:
    created = await create_fixture(team, description="People")
    path = f"/fixtures/{created['id']}"
    assert (await team.owner.patch(path, {})).json()["data"] == USERS
    changed = (await team.owner.patch(path, {"data": [1, 2]})).json()
    assert (changed["data"], changed["description"]) == ([1, 2], "People")
    assert (await team.owner.patch(path, {"description": None})).json()["description"] is None


async def test_null_is_no_test_data(team: Team) -> None:
    created = await create_fixture(team)
    answers = [
        await team.owner.patch(f"/fixtures/{created['id']}", {"data": None}),
        await team.owner.post(
            f"/projects/{created['project_id']}/fixtures", {"name": "other", "data": None}
        ),
    ]
    assert [(answer.status_code, answer.json()["field"]) for answer in answers] == [
        (422, "data"),
        (422, "data"),
    ]


async def test_a_name_is_unique_in_the_project(team: Team) -> None:
    created = await create_fixture(team)
    path = f"/projects/{created['project_id']}/fixtures"
    answer = await team.owner.post(path, {"name": "users", "data": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize("role", ROLES)
async def test_editors_write_fixtures_and_members_read_them(team: Team, role: Role) -> None:
    created = await create_fixture(team)
    path, person = f"/fixtures/{created['id']}", team[role]
    project = f"/projects/{created['project_id']}/fixtures"
    assert (await person.get(path)).status_code == (404 if role == "stranger" else 200)
    made = await person.post(project, {"name": "other", "data": 1})
    assert made.status_code == expected_status(role, EDITORS), made.text
    changed = await person.patch(path, {"data": 7})
    assert changed.status_code == expected_status(role, EDITORS, success=200), changed.text
    deleted = await person.delete(path)
    assert deleted.status_code == expected_status(role, EDITORS, success=204), deleted.text


async def test_a_case_names_the_fixtures_that_it_uses(team: Team) -> None:
    fixture = await create_fixture(team)
    await team.owner.create(f"/projects/{fixture['project_id']}/fixtures", name="card", data={})
    case = await team.owner.create(
        f"/suites/{fixture['suite_id']}/cases",
        **build_case(
            "buy", iterate={"fixture": "users"}, request={"body": '{{fixture["card"].x}}'}
        ),
    )
    assert [(used["name"], used["how"]) for used in case["fixtures"]] == [
        ("card", "reference"),
        ("users", "iterate"),
    ]


@pytest.mark.parametrize(
    "parts",
    [
        {"iterate": {"fixture": "nobody.knows"}},
        {"request": {"headers": {"X-Id": "{{ fixture.nobody[0].id | upper }}"}}},
        {"response": {"expected_body": {"id": "{{fixture['nobody']}}"}}},
        {
            "endpoint": {"method": "POST", "path": "/files"},
            "request": {"body_type": "form-data", "body": {"file": {"fixture": "nobody"}}},
        },
    ],
)
async def test_an_unknown_fixture_is_refused_and_nothing_stored(
    team: Team, parts: dict[str, Any]
) -> None:
    path = f"/suites/{(await create_fixture(team))['suite_id']}/cases"
    answer = await team.owner.post(path, build_case("buy") | parts)
    assert (answer.status_code, answer.json()["code"]) == (422, "fixture_not_found"), answer.text
    assert "nobody" in answer.json()["detail"]
    assert (await team.owner.get(path)).json()["items"] == []


async def test_a_fixture_in_use_is_not_deleted(team: Team) -> None:
    fixture = await create_fixture(team)
    cases, path = f"/suites/{fixture['suite_id']}/cases", f"/fixtures/{fixture['id']}"
    await team.owner.create(cases, **build_case("buy", iterate={"fixture": "users"}))
    answer = await team.owner.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "fixture_in_use")
    assert "buy" in answer.json()["detail"]
    assert (await team.owner.get(path)).status_code == 200


async def test_nothing_is_found_under_an_unknown_id(team: Team) -> None:
    path = f"/fixtures/{uuid4()}"
    assert (await team.owner.get(path)).status_code == 404
    assert (await team.owner.patch(path, {"data": 1})).status_code == 404
    assert (await team.owner.delete(path)).status_code == 404


async def test_a_used_fixture_keeps_its_name_and_tells_its_users(team: Team) -> None:
    fixture = await create_fixture(team, tags=["a"])
    path = f"/fixtures/{fixture['id']}"
    assert (await team.owner.patch(path, {"name": "people"})).status_code == 200
    assert (await team.owner.patch(path, {"name": "users"})).status_code == 200
    cases = f"/suites/{fixture['suite_id']}/cases"
    case = await team.owner.create(cases, **build_case("buy", iterate={"fixture": "users"}))
    usage = (await team.owner.get(f"{path}/usage")).json()["items"]
    assert usage == [
        {
            "test_case_id": case["id"],
            "suite_id": fixture["suite_id"],
            "key": "buy",
            "name": "buy",
            "how": "iterate",
        }
    ]
    refused = await team.owner.patch(path, {"name": "people", "data": [1]})
    assert (refused.status_code, refused.json()["code"]) == (409, "fixture_in_use")
    assert (await team.owner.patch(path, {"name": "users", "data": [1]})).status_code == 200
    assert (await team["stranger"].get(f"{path}/usage")).status_code == 404


async def test_fixtures_are_filtered_and_sorted(team: Team) -> None:
    fixture = await create_fixture(team, tags=["a", "b"], fixture_type="user")
    path = f"/projects/{fixture['project_id']}/fixtures"
    await team.owner.create(path, name="cards", data=1)
    for filters, names in (
        ({"tags": ["a", "b"]}, ["users"]),
        ({"fixture_type": ["user", "document"]}, ["users"]),
        ({"text": "CARD"}, ["cards"]),
        ({"sort": "-name"}, ["users", "cards"]),
    ):
        items = (await team.owner.get(path, **filters)).json()["items"]
        assert [item["name"] for item in items] == names, filters


async def test_a_stale_tag_changes_no_fixture(team: Team) -> None:
    fixture = await create_fixture(team)
    path = f"/fixtures/{fixture['id']}"
    tag = (await team.owner.get(path)).headers["ETag"]
    changed = await send(team.owner, "PATCH", path, {"data": [2]}, if_match=tag)
    assert changed.status_code == 200
    for method, document in (("PATCH", {"data": [3]}), ("DELETE", None)):
        stale = await send(team.owner, method, path, document, if_match=tag)
        assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    tag = changed.headers["ETag"]
    assert (await send(team.owner, "DELETE", path, if_match=tag)).status_code == 204
