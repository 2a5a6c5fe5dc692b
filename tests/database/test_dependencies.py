"""Dependencies: never a cycle, never outside the project."""

import asyncio

import pytest
from psycopg import Error

from tests.database.callers import Caller, RefusedError
from tests.database.waiting import wait_until_blocked
from tests.database.workspaces import Workspace
from tests.fixtures.database import Connect

INSERT = """
    insert into public.test_dependencies (dependent_test_id, required_test_id) values (%s, %s)
"""


async def test_a_cycle_is_refused_and_named(workspace: Workspace) -> None:
    login = await workspace.create_case("login")
    await workspace.create_case("catalog", "login")
    cart = await workspace.create_case("cart", "catalog")
    with pytest.raises(RefusedError) as refusal:
        await workspace.owner.insert(
            "test_dependencies", dependent_test_id=login["id"], required_test_id=cart["id"]
        )
    assert (refusal.value.status, refusal.value.hint) == (422, "dependency_cycle")
    assert refusal.value.detail == "login -> cart -> catalog -> login"


async def test_a_cycle_within_one_statement_is_refused(workspace: Workspace) -> None:
    first, second = await workspace.create_case("a"), await workspace.create_case("b")
    pairs = [(first, second), (second, first)]
    response = await workspace.owner.client.post(
        "test_dependencies",
        json=[
            {"dependent_test_id": dependent["id"], "required_test_id": required["id"]}
            for dependent, required in pairs
        ],
    )
    assert response.status_code == 422
    assert response.json()["details"] == "a -> b -> a"


async def test_what_leads_to_a_cycle_is_not_on_it(workspace: Workspace) -> None:
    keys = ("a-leads", "b", "c", "d", "e-follows")
    ids = {key: (await workspace.create_case(key))["id"] for key in keys}
    chain = [("a-leads", "c"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e-follows")]
    response = await workspace.owner.client.post(
        "test_dependencies",
        json=[
            {"dependent_test_id": ids[dependent], "required_test_id": ids[required]}
            for dependent, required in chain
        ],
    )
    assert response.status_code == 422
    assert response.json()["details"] == "b -> c -> d -> b"


async def test_two_transactions_cannot_close_a_cycle_together(
    workspace: Workspace, database: Connect
) -> None:
    a, b = await workspace.create_case("a"), await workspace.create_case("b")
    first, second = await database(), await database()
    async with first.transaction():
        await first.execute(INSERT, [a["id"], b["id"]])
        waiting = asyncio.create_task(second.execute(INSERT, [b["id"], a["id"]]))
        await wait_until_blocked(database, second)
    with pytest.raises(Error) as refusal:
        await waiting
    assert refusal.value.diag.message_hint == "dependency_cycle"


async def test_a_diamond_is_no_cycle(workspace: Workspace) -> None:
    await workspace.create_case("login")
    await workspace.create_case("left", "login")
    await workspace.create_case("right", "login")
    top = await workspace.create_case("top", "left", "right")
    chain = await workspace.owner.call("get_test_execution_chain", test_case_id=top["id"])
    assert [link["key"] for link in chain] == ["login", "left", "right"]


async def test_an_unknown_required_test_leaves_nothing_behind(workspace: Workspace) -> None:
    with pytest.raises(RefusedError) as refusal:
        await workspace.create_case("cart", "nowhere")
    assert (refusal.value.status, refusal.value.hint) == (422, "required_test_not_found")
    assert refusal.value.detail == "nowhere"
    assert await workspace.owner.select("test_cases") == []
    assert await workspace.owner.select("api_endpoints") == []


async def test_a_case_cannot_require_itself(workspace: Workspace) -> None:
    case = await workspace.create_case("a")
    with pytest.raises(RefusedError):
        await workspace.owner.insert(
            "test_dependencies", dependent_test_id=case["id"], required_test_id=case["id"]
        )


async def test_tests_of_another_project_cannot_be_required(
    workspace: Workspace, service: Caller
) -> None:
    case = await workspace.create_case("a")
    project = await workspace.owner.insert(
        "projects", organization_id=workspace.organization_id, name="Other"
    )
    suite = await workspace.owner.insert("test_suites", project_id=project["id"], name="Other")
    other = await workspace.owner.call(
        "create_test_case",
        suite_id=suite["id"],
        key="other",
        name="Other",
        endpoint={"method": "GET", "path": "/"},
    )
    with pytest.raises(RefusedError) as refusal:
        await service.insert(
            "test_dependencies", dependent_test_id=case["id"], required_test_id=other["id"]
        )
    assert refusal.value.code == "23503"


async def test_the_revision_grows_with_what_is_tested(workspace: Workspace) -> None:
    case = await workspace.create_case("login")
    owner = workspace.owner
    await owner.update("test_cases", {"order_index": 7}, id=case["id"])
    await owner.update("test_response_specs", {"response_time_max_ms": 5}, test_case_id=case["id"])
    await owner.update(
        "test_request_configs", {"body": {"user": "{{ env.USER }}"}}, test_case_id=case["id"]
    )
    changed = await owner.update("test_cases", {"timeout_ms": 5}, id=case["id"])
    assert (case["revision"], changed[0]["revision"]) == (1, 4)
    document = await owner.call("get_test_case", test_case_id=case["id"])
    assert document["request"]["variables_used"] == ["env.USER"]


async def test_a_case_from_the_future_has_revisions_too(workspace: Workspace) -> None:
    login = await workspace.create_case("login")
    fields = {"suite_id": workspace.suite_id, "endpoint_id": login["endpoint"]["id"]}
    later = await workspace.owner.insert(
        "test_cases", key="later", name="Later", created_at="2999-01-01T00:00:00Z", **fields
    )
    await workspace.owner.insert(
        "test_dependencies", dependent_test_id=later["id"], required_test_id=login["id"]
    )
    assert await workspace.owner.delete("test_dependencies", dependent_test_id=later["id"])
    (stored,) = await workspace.owner.select("test_cases", "revision", id=later["id"])
    assert stored["revision"] == 3


async def test_an_endpoint_is_shared_by_the_cases_that_call_it(workspace: Workspace) -> None:
    endpoint = {"method": "post", "path": "/cart", "name": "Cart"}
    create = workspace.owner.call
    for key in ("add", "remove"):
        await create(
            "create_test_case",
            suite_id=workspace.suite_id,
            key=key,
            name=key,
            endpoint=endpoint,
        )
    endpoints = await workspace.owner.select("api_endpoints")
    assert [(row["method"], row["path"], row["name"]) for row in endpoints] == [
        ("POST", "/cart", "Cart")
    ]
