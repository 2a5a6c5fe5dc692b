"""Endpoints: what tests call, with who calls it."""

from typing import Any

import pytest

from tests.catalog.building import open_workshop, refusal, send
from tests.workspaces.people import ROLES, Role, Team

LOGIN: dict[str, Any] = {
    "method": "POST",
    "path": "/login",
    "description": "Signs in",
    "tags": ["auth"],
    "documentation_url": "https://docs.example.com/login",
    "request_schema": {"type": "object"},
    "response_schemas": {"200": {"type": "object"}},
}


async def test_an_endpoint_comes_back_as_it_was_written(team: Team) -> None:
    workshop = await open_workshop(team)
    path = f"/projects/{workshop.project_id}/endpoints"
    created = await team.owner.post(path, LOGIN)
    assert created.status_code == 201, created.text
    endpoint = created.json()
    assert created.headers["Location"] == f"/api/v1/endpoints/{endpoint['id']}"
    assert {name: endpoint[name] for name in LOGIN} == LOGIN
    assert endpoint["name"] == "POST /login"
    assert (await team.owner.get(f"/endpoints/{endpoint['id']}")).json() == endpoint
    taken = await team.owner.post(path, {"method": "POST", "path": "/login"})
    assert (refusal(taken), taken.json()["field"]) == ((409, "already_exists"), "path")
    wrong = await team.owner.post(path, LOGIN | {"documentation_url": "javascript:alert(1)"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "documentation_url")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("path", "/{{broken"),
        ("path", "/{{nothing.id}}"),
        ("response_schemas", {"200": {"type": "animal"}}),
    ],
    ids=["template", "root", "schema"],
)
async def test_what_no_test_could_use_is_refused(team: Team, field: str, value: Any) -> None:
    workshop = await open_workshop(team)
    path = f"/projects/{workshop.project_id}/endpoints"
    one = f"/endpoints/{(await team.owner.post(path, LOGIN)).json()['id']}"
    for answer in (
        await team.owner.post(path, LOGIN | {"method": "PUT", field: value}),
        await team.owner.patch(one, {field: value}),
    ):
        assert (refusal(answer), answer.json()["field"]) == ((422, "invalid_request"), field)


async def test_cases_share_an_endpoint_and_its_usage_names_them(team: Team) -> None:
    workshop = await open_workshop(team)
    path = f"/projects/{workshop.project_id}/endpoints"
    endpoint = (await team.owner.post(path, LOGIN)).json()
    for key in ("second", "first"):
        await workshop.add(key, endpoint={"method": "POST", "path": "/login"})
    one = f"/endpoints/{endpoint['id']}"
    assert (await team.owner.get(one)).json() == endpoint
    usage = (await team.owner.get(f"{one}/usage")).json()["items"]
    assert [user["key"] for user in usage] == ["first", "second"]
    refused = await team.owner.delete(one)
    assert refusal(refused) == (409, "endpoint_in_use")
    assert refused.json()["detail"].endswith("first, second")


async def test_endpoints_are_found_changed_and_deleted(team: Team) -> None:
    workshop = await open_workshop(team)
    path = f"/projects/{workshop.project_id}/endpoints"
    endpoint = (await team.owner.post(path, LOGIN)).json()
    await team.owner.post(path, {"method": "GET", "path": "/cart"})
    for filters in (
        {"tags": "auth"},
        {"method": "POST"},
        {"text": "LOG"},
        {"sort": "-path", "limit": 1},
    ):
        items = (await team.owner.get(path, **filters)).json()["items"]
        assert [item["path"] for item in items] == ["/login"], filters
    one = f"/endpoints/{endpoint['id']}"
    tag = (await team.owner.get(one)).headers["ETag"]
    changed = await send(team.owner, "PATCH", one, {"description": None}, if_match=tag)
    assert (changed.status_code, changed.json()["description"]) == (200, None)
    for method, document in (("PATCH", {"name": "New"}), ("DELETE", None)):
        stale = await send(team.owner, method, one, document, if_match=tag)
        assert refusal(stale) == (412, "precondition_failed")
    assert (await team.owner.delete(one)).status_code == 204
    assert (await team.owner.get(one)).status_code == 404


@pytest.mark.parametrize("role", ROLES)
async def test_editors_write_endpoints_and_members_read_them(team: Team, role: Role) -> None:
    workshop = await open_workshop(team)
    path = f"/projects/{workshop.project_id}/endpoints"
    endpoint = (await team.owner.post(path, LOGIN)).json()
    one = f"/endpoints/{endpoint['id']}"
    person = team[role]
    for reading in (path, one, f"{one}/usage"):
        assert (await person.get(reading)).status_code == (404 if role == "stranger" else 200)
    answers = [
        await person.post(path, {"method": "GET", "path": "/new"}),
        await person.patch(one, {"name": "New"}),
        await person.delete(one),
    ]
    refused = {"viewer": 403, "stranger": 404}.get(role)
    assert [answer.status_code for answer in answers] == (
        [refused] * 3 if refused else [201, 200, 204]
    )
