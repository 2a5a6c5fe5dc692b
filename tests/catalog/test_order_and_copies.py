"""The order of suites and cases, and copies of them."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from app.catalog.duplicates.schemas import SuiteDuplicate
from app.catalog.duplicates.service import MAXIMUM_CASES, duplicate_suite
from app.core.identifiers import SuiteId
from app.db.session import Json, Session
from app.web.errors import RequestInvalidError
from tests.catalog.building import Workshop, open_workshop, refusal, send, use
from tests.workspaces.people import ROLES, Role, Team


async def list_ids(workshop: Workshop, path: str) -> list[str]:
    return [item["id"] for item in (await workshop.person.get(path)).json()["items"]]


async def test_suites_and_cases_take_the_order_that_is_given(team: Team) -> None:
    workshop = await open_workshop(team)
    suites = [await workshop.add_suite("A"), workshop.suite_id, await workshop.add_suite("B")]
    cases = [(await workshop.add(key))["id"] for key in ("c", "a", "b")][::-1]
    for path, name, wanted in (
        (f"/projects/{workshop.project_id}/suites", "suite_ids", suites),
        (f"/suites/{workshop.suite_id}/cases", "test_case_ids", cases),
    ):
        for order in (wanted, wanted[::-1]):
            answer = await team.owner.put(f"{path}/order", {name: order})
            assert (answer.status_code, answer.json()) == (200, {name: order}), answer.text
            assert await list_ids(workshop, path) == order
            read = await team.owner.get(f"{path}/order")
            assert read.json() == answer.json()
            assert read.headers["ETag"] == answer.headers["ETag"]


async def test_an_order_names_each_once(team: Team) -> None:
    workshop, other = await open_workshop(team), await open_workshop(team)
    second = await workshop.add_suite("Second")
    path = f"/projects/{workshop.project_id}/suites"
    first = workshop.suite_id
    for suite_ids, said in (
        ([first], f"missing: {second}"),
        ([first, second, other.suite_id], f"unknown: {other.suite_id}"),
        ([first, second, first], "named twice"),
        ([], "missing: "),
    ):
        answer = await team.owner.put(f"{path}/order", {"suite_ids": suite_ids})
        assert refusal(answer) == (422, "order_incomplete")
        assert said in answer.json()["detail"]
    foreign = await other.add("theirs")
    wrong = {"test_case_ids": [foreign["id"]]}
    refused = await team.owner.put(f"/suites/{first}/cases/order", wrong)
    assert refusal(refused) == (422, "order_incomplete")


async def test_two_orders_at_once_leave_one_of_them(team: Team) -> None:
    workshop = await open_workshop(team)
    path = f"/projects/{workshop.project_id}/suites"
    suites = [workshop.suite_id, *[await workshop.add_suite(name) for name in "ABCD"]]
    orders = [suites[turn:] + suites[:turn] for turn in range(5)]
    answers = await asyncio.gather(
        *(team.owner.put(f"{path}/order", {"suite_ids": order}) for order in orders)
    )
    assert [answer.status_code for answer in answers] == [200] * 5
    assert await list_ids(workshop, path) in orders


async def test_an_order_is_meant_for_the_one_that_its_sender_knows(team: Team) -> None:
    workshop = await open_workshop(team)
    first, second = workshop.suite_id, await workshop.add_suite("Second")
    path = f"/projects/{workshop.project_id}/suites"
    tag = (await team.owner.get(f"{path}/order")).headers["ETag"]
    turned = {"suite_ids": [second, first]}
    moved = await send(team.owner, "PUT", f"{path}/order", turned, if_match=tag)
    assert moved.status_code == 200, moved.text
    late = await send(team.owner, "PUT", f"{path}/order", turned, if_match=tag)
    assert refusal(late) == (412, "precondition_failed")
    await workshop.add_suite("Third")
    tag = moved.headers["ETag"]
    incomplete = await send(team.owner, "PUT", f"{path}/order", turned, if_match=tag)
    assert refusal(incomplete) == (412, "precondition_failed")


async def test_of_two_orders_that_know_the_same_one_is_made(team: Team) -> None:
    workshop = await open_workshop(team)
    path = f"/projects/{workshop.project_id}/suites"
    suites = [workshop.suite_id, *[await workshop.add_suite(name) for name in "ABCD"]]
    tag = (await team.owner.get(f"{path}/order")).headers["ETag"]
    answers = await asyncio.gather(
        *(
            send(
                team.owner,
                "PUT",
                f"{path}/order",
                {"suite_ids": suites[turn:] + suites[:turn]},
                if_match=tag,
            )
            for turn in range(1, 5)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


@pytest.mark.parametrize("role", ROLES)
async def test_editors_order_and_copy(team: Team, role: Role) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("login")
    suite = f"/suites/{workshop.suite_id}"
    ordering = {"viewer": 403, "stranger": 404}.get(role, 200)
    path = f"/projects/{workshop.project_id}/suites/order"
    answers = [
        await team[role].put(path, {"suite_ids": [workshop.suite_id]}),
        await team[role].put(f"{suite}/cases/order", {"test_case_ids": [case["id"]]}),
    ]
    assert [answer.status_code for answer in answers] == [ordering] * 2
    copying = {"viewer": 403, "stranger": 404}.get(role, 201)
    for path in (f"{suite}/duplicate", f"/cases/{case['id']}/duplicate"):
        assert (await team[role].post(path, {})).status_code == copying
    assert (await team[role].post(f"/suites/{uuid4()}/duplicate", {})).status_code == 404


async def test_a_copied_suite_is_about_itself(team: Team) -> None:
    workshop = await open_workshop(team)
    outer = await workshop.add("outer", suite_id=await workshop.add_suite("Outer"))
    token = {"path": "$.t", "into": "shared_auth_tokens", "name": "access"}
    captures = {"capture_vars": {"id": "$.id", "t": token}}
    await workshop.add("login", response=captures, tags=["a"])
    await workshop.add("cart", "login", "outer", **use('captured_data["login"].id'))
    bearer = {"auth_type": "bearer", "auth_token_ref": "shared_auth_tokens.access"}
    await workshop.add(
        "pay", request=bearer | {"body": "captured_data.login {{captured_data.cart}}"}
    )
    answer = await team.owner.post(f"/suites/{workshop.suite_id}/duplicate", {})
    assert answer.status_code == 201, answer.text
    suite = answer.json()
    assert (suite["name"], answer.headers["Location"]) == (
        "Suite (copy)",
        f"/api/v1/suites/{suite['id']}",
    )
    path = f"/suites/{suite['id']}/cases"
    wanted = {"include": ["request", "response", "dependencies"], "sort": "key"}
    items = (await team.owner.get(path, **wanted)).json()["items"]
    cart, login, pay = items
    assert [item["key"] for item in items] == ["cart-copy", "login-copy", "pay-copy"]
    assert (login["tags"], login["response"]["capture_vars"]) == (["a"], captures["capture_vars"])
    assert cart["request"]["body"] == '{{captured_data["login-copy"].id}}'
    assert {
        entry["required_test_key"]: entry["required_test_id"] for entry in cart["dependencies"]
    } == {
        "login-copy": login["id"],
        "outer": outer["id"],
    }
    # What only templates implied is declared, since the token has two makers from now on.
    assert pay["request"]["body"] == "captured_data.login {{captured_data.cart-copy}}"
    implied = {
        entry["required_test_key"]: entry["dependency_type"] for entry in pay["dependencies"]
    }
    assert implied == {"cart-copy": "data", "login-copy": "token"}
    again = await team.owner.post(f"/suites/{workshop.suite_id}/duplicate", {})
    assert again.json()["name"] == "Suite (copy 2)"
    taken = await team.owner.post(f"/suites/{workshop.suite_id}/duplicate", {"name": "Suite"})
    assert refusal(taken) == (409, "already_exists")


async def test_a_copied_case_needs_what_the_original_needs(team: Team) -> None:
    workshop = await open_workshop(team)
    await workshop.add("login")
    case = await workshop.add("cart", "login", tags=["a"], request={"headers": {"X-A": "1"}})
    path = f"/cases/{case['id']}/duplicate"
    copy = await team.owner.create(path)
    assert (copy["key"], copy["name"], copy["revision"]) == ("cart-copy", "cart (copy)", 1)
    same = ("tags", "request", "dependencies", "suite_id", "endpoint")
    assert {name: copy[name] for name in same} == {name: case[name] for name in same}
    named = await team.owner.create(path, key="basket", name="Basket")
    assert (named["key"], named["name"]) == ("basket", "Basket")
    taken = await team.owner.post(path, {"key": "basket"})
    assert (refusal(taken), taken.json()["field"]) == ((409, "already_exists"), "key")
    long = await workshop.add("x" * 63)
    copied = await team.owner.create(f"/cases/{long['id']}/duplicate")
    assert copied["key"] == "x" * 58 + "-copy"


class LargeSuite(Session):
    """A database whose suite has a case more than are copied."""

    def __init__(self) -> None: ...

    async def call(self, function: str, request: Mapping[str, Any], **_: object) -> Json:
        assert function == "get_suite_to_copy"
        return {"suite": None, "cases": [None] * (MAXIMUM_CASES + 1), "keys": []}


async def test_a_suite_of_too_many_cases_is_not_copied() -> None:
    with pytest.raises(RequestInvalidError) as refused:
        await duplicate_suite(LargeSuite(), SuiteId(uuid4()), SuiteDuplicate(name="Copy"))
    assert refused.value.detail == "The suite has 2001 cases; at most 2000 are copied at a time."
