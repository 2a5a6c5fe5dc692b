"""Roles: no organization without an owner, no role above one's own."""

import asyncio

import pytest
from psycopg import Error, sql

from tests.database.callers import Caller, RefusedError
from tests.database.conftest import ClaimRun, CreateCaller
from tests.database.waiting import wait_until_blocked
from tests.database.workspaces import ENCRYPTION_KEY, Workspace, build_result
from tests.fixtures.database import Connect

TABLES_OF_AN_ORGANIZATION = [
    ("public", "organization_members"),
    ("public", "projects"),
    ("public", "test_cases"),
    ("public", "test_runs"),
    ("public", "test_results"),
    ("public", "test_result_details"),
    ("public", "assertion_results"),
    ("public", "test_run_history"),
    ("public", "test_run_events"),
    ("public", "project_events"),
    ("public", "project_streams"),
    ("private", "secret_values"),
]


async def test_the_founder_is_the_owner(workspace: Workspace) -> None:
    members = await workspace.owner.select("organization_members")
    assert [(member["user_id"], member["role"]) for member in members] == [
        (workspace.owner.user_id, "owner")
    ]


async def test_the_last_owner_cannot_leave_or_step_down(workspace: Workspace) -> None:
    owner = workspace.owner
    with pytest.raises(RefusedError) as left:
        await owner.delete("organization_members", user_id=owner.user_id)
    with pytest.raises(RefusedError) as stepped_down:
        await owner.update("organization_members", {"role": "admin"}, user_id=owner.user_id)
    assert (left.value.status, left.value.hint) == (409, "last_owner")
    assert stepped_down.value.hint == "last_owner"


async def test_an_owner_may_leave_when_another_stays(
    workspace: Workspace, sign_in: CreateCaller
) -> None:
    successor = await sign_in()
    await workspace.add_member(successor, "owner")
    owner = workspace.owner
    await owner.update("organization_members", {"role": "viewer"}, user_id=owner.user_id)
    assert len(await owner.delete("organization_members", user_id=owner.user_id)) <= 1
    members = await successor.select("organization_members")
    assert [member["user_id"] for member in members] == [successor.user_id]


async def test_two_owners_cannot_both_leave_at_once(
    workspace: Workspace, sign_in: CreateCaller, database: Connect
) -> None:
    await workspace.add_member(await sign_in(), "owner")
    first, second = await database(), await database()
    members = await workspace.owner.select("organization_members")
    remove = "delete from public.organization_members where id = %s"
    async with first.transaction():
        await first.execute(remove, [members[0]["id"]])
        waiting = asyncio.create_task(second.execute(remove, [members[1]["id"]]))
        await wait_until_blocked(database, second)
    with pytest.raises(Error) as refusal:
        await waiting
    assert refusal.value.sqlstate == "PT409"


@pytest.mark.parametrize(("role", "granted"), [("admin", "owner"), ("editor", "viewer")])
async def test_nobody_grants_more_than_they_may(
    role: str, granted: str, workspace: Workspace, sign_in: CreateCaller
) -> None:
    member, friend = await sign_in(), await sign_in()
    await workspace.add_member(member, role)
    with pytest.raises(RefusedError) as refusal:
        await member.insert(
            "organization_members",
            organization_id=workspace.organization_id,
            user_id=friend.user_id,
            role=granted,
        )
    assert refusal.value.status == 403


async def test_an_admin_cannot_touch_an_owner_or_rise(
    workspace: Workspace, sign_in: CreateCaller
) -> None:
    admin = await sign_in()
    await workspace.add_member(admin, "admin")
    table = "organization_members"
    for attempt in (
        admin.update(table, {"role": "owner"}, user_id=admin.user_id),
        admin.update(table, {"role": "viewer"}, user_id=workspace.owner.user_id),
        admin.delete(table, user_id=workspace.owner.user_id),
    ):
        with pytest.raises(RefusedError) as refusal:
            await attempt
        assert (refusal.value.status, refusal.value.hint) == (403, "role_above_own")


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
async def test_nobody_rises_by_an_upsert(
    role: str, workspace: Workspace, sign_in: CreateCaller
) -> None:
    member = await sign_in()
    await workspace.add_member(member, role)
    answer = await member.client.post(
        "organization_members",
        params={"on_conflict": "organization_id,user_id"},
        headers={"Prefer": "resolution=merge-duplicates"},
        json={
            "organization_id": workspace.organization_id,
            "user_id": member.user_id,
            "role": "owner",
        },
    )
    assert answer.status_code == 403
    members = await workspace.owner.select("organization_members", user_id=member.user_id)
    assert [member["role"] for member in members] == [role]


async def test_an_admin_adds_many_members_or_none(
    workspace: Workspace, sign_in: CreateCaller
) -> None:
    admin, first, second = await sign_in(), await sign_in(), await sign_in()
    await workspace.add_member(admin, "admin")
    rows = [
        {"organization_id": workspace.organization_id, "user_id": friend.user_id, "role": role}
        for friend, role in ((first, "viewer"), (second, "owner"))
    ]
    answer = await admin.client.post("organization_members", json=rows)
    assert (answer.status_code, answer.json()["hint"]) == (403, "role_above_own")
    assert await first.select("projects") == []


async def test_nobody_lets_themselves_in(workspace: Workspace, sign_in: CreateCaller) -> None:
    stranger = await sign_in()
    with pytest.raises(RefusedError) as refusal:
        await stranger.insert(
            "organization_members",
            organization_id=workspace.organization_id,
            user_id=stranger.user_id,
            role="viewer",
        )
    assert (refusal.value.status, refusal.value.code) == (403, "42501")


async def test_every_member_may_leave(workspace: Workspace, sign_in: CreateCaller) -> None:
    viewer = await sign_in()
    await workspace.add_member(viewer, "viewer")
    await viewer.delete("organization_members", user_id=viewer.user_id)
    assert await viewer.select("projects") == []


async def test_an_owner_deletes_an_organization_with_all_it_holds(
    workspace: Workspace, claim_run: ClaimRun, service: Caller, database: Connect
) -> None:
    login = await workspace.create_case("login")
    await workspace.create_case("cart", "login")
    variable = await workspace.owner.insert(
        "environment_variables", environment_id=workspace.environment_id, key="A", is_secret=True
    )
    await service.call(
        "store_secret_value",
        variable_id=variable["id"],
        value="a secret value",
        encryption_key=ENCRYPTION_KEY,
        acting_user_id=workspace.owner.user_id,
    )
    run = await claim_run()
    await run.record([build_result(login)])
    deleted = await workspace.owner.delete("organizations", id=workspace.organization_id)
    assert len(deleted) == 1
    connection = await database()
    for table in TABLES_OF_AN_ORGANIZATION:
        left = await connection.execute(
            sql.SQL("select from {} where organization_id = %s").format(sql.Identifier(*table)),
            [workspace.organization_id],
        )
        assert left.rowcount == 0, table


async def test_a_used_endpoint_or_environment_cannot_be_deleted(workspace: Workspace) -> None:
    case = await workspace.create_case("login")
    await workspace.start_run()
    for table, row_id, code in (
        ("api_endpoints", case["endpoint"]["id"], "23503"),
        ("environments", workspace.environment_id, "PT409"),
    ):
        with pytest.raises(RefusedError) as refusal:
            await workspace.owner.delete(table, id=row_id)
        assert (refusal.value.status, refusal.value.code) == (409, code)


async def test_a_deleted_account_leaves_its_work_behind(
    workspace: Workspace, sign_in: CreateCaller, database: Connect
) -> None:
    successor = await sign_in()
    await workspace.add_member(successor, "owner")
    await workspace.create_case("login")
    await workspace.start_run()
    connection = await database()
    remove = "delete from auth.users where id = %s"
    await connection.execute(remove, [workspace.owner.user_id])
    projects = await successor.select("projects")
    runs = await successor.select("test_runs")
    assert [project["created_by"] for project in projects] == [None]
    assert [run["started_by"] for run in runs] == [None]
    with pytest.raises(Error) as refusal:
        await connection.execute(remove, [successor.user_id])
    assert refusal.value.diag.message_hint == "last_owner"
