"""Lists of cases: filtered, sorted, with parts on demand."""

from typing import Any

import pytest

from tests.catalog.building import Workshop, open_workshop, refusal
from tests.workspaces.people import Team

PARTS = ("endpoint", "request", "response", "dependencies")


@pytest.fixture(scope="session")
async def workshop(team: Team) -> Workshop:
    workshop = await open_workshop(team)
    other = await workshop.add_suite("Other")
    await workshop.add("login", name="Sign in", tags=["smoke", "auth"], phase="setup")
    await workshop.add("cart", "login", tags=["smoke"], order_index=2)
    await workshop.add("cart_2", enabled=False, order_index=1, suite_id=other)
    return workshop


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        ({}, ["login", "cart_2", "cart"]),
        ({"tags": ["smoke"]}, ["login", "cart"]),
        ({"tags": ["smoke", "auth"]}, ["login"]),
        ({"text": "CART"}, ["cart_2", "cart"]),
        ({"text": "sign"}, ["login"]),
        ({"text": "t_"}, ["cart_2"]),
        ({"text": "%"}, []),
        ({"text": '",key.eq.login,name.ilike."*'}, []),
        ({"text": "a),or=(key.eq.login"}, []),
        ({"tags": ['smoke","auth'], "text": "x"}, []),
        ({"enabled": "false"}, ["cart_2"]),
        ({"phase": "setup"}, ["login"]),
        ({"updated_since": "2100-01-01T00:00:00Z"}, []),
        ({"updated_since": "2000-01-01T00:00:00Z", "enabled": "true"}, ["login", "cart"]),
        ({"sort": "-key"}, ["login", "cart_2", "cart"]),
        ({"sort": "name"}, ["login", "cart", "cart_2"]),
    ],
    ids=repr,
)
async def test_filters_and_order(
    workshop: Workshop, filters: dict[str, Any], keys: list[str]
) -> None:
    found = await workshop.list_keys(**filters)
    assert (found if "sort" in filters or not filters else sorted(found)) == (
        keys if "sort" in filters or not filters else sorted(keys)
    )


async def test_pages_follow_a_filter_and_an_order(workshop: Workshop) -> None:
    path = f"/projects/{workshop.project_id}/cases"
    wanted: dict[str, Any] = {"text": "i", "sort": "-key", "limit": 1}
    filters: dict[str, Any] = {"text": "c", "sort": "-key", "limit": 1}
    first = (await workshop.person.get(path, **filters)).json()
    second = (await workshop.person.get(path, **filters, cursor=first["next_cursor"])).json()
    assert [page["items"][0]["key"] for page in (first, second)] == ["cart_2", "cart"]
    assert second["next_cursor"] is None
    assert (await workshop.person.get(path, **wanted)).json()["next_cursor"] is None


async def test_cases_of_an_endpoint_and_of_suites(workshop: Workshop) -> None:
    login = (await workshop.person.get(f"/suites/{workshop.suite_id}/cases", sort="-key")).json()
    case = login["items"][0]
    assert await workshop.list_keys(endpoint_id=case["endpoint_id"]) == ["login"]
    assert await workshop.list_keys(suite_id=[workshop.suite_id]) == ["login", "cart"]


async def test_parts_are_shown_on_demand_as_the_case_shows_them(workshop: Workshop) -> None:
    path = f"/suites/{workshop.suite_id}/cases"
    bare = (await workshop.person.get(path)).json()["items"]
    assert not any(part in item for item in bare for part in PARTS)
    answer = await workshop.person.get(path, include=list(PARTS))
    assert answer.status_code == 200, answer.text
    full = answer.json()["items"]
    for item in full:
        case = await workshop.read(item)
        assert item == {name: case[name] for name in item}
        assert set(PARTS) <= set(item)


@pytest.mark.parametrize(
    "parameters",
    [{"include": "secrets"}, {"sort": "enabled"}, {"phase": "x"}, {"colour": "red"}],
    ids=repr,
)
async def test_unknown_wishes_are_refused(workshop: Workshop, parameters: dict[str, str]) -> None:
    for path in (f"/suites/{workshop.suite_id}/cases", f"/projects/{workshop.project_id}/cases"):
        answer = await workshop.person.get(path, **parameters)
        assert refusal(answer) == (422, "invalid_request")


async def test_a_text_that_postgres_cannot_hold_is_refused(workshop: Workshop) -> None:
    answer = await workshop.person.get(f"/projects/{workshop.project_id}/cases", text="a\0b")
    assert answer.status_code == 422


async def test_a_stranger_finds_no_list(team: Team, workshop: Workshop) -> None:
    for path in (f"/suites/{workshop.suite_id}/cases", f"/projects/{workshop.project_id}/cases"):
        assert refusal(await team["stranger"].get(path)) == (404, "not_found")
