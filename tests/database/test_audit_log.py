"""The audit log: who changed what, for admins to read and nobody to alter."""

import pytest
from psycopg import Error

from tests.database.callers import Caller, RefusedError
from tests.database.conftest import CreateCaller
from tests.database.secret_variables import create_secret
from tests.database.workspaces import Workspace
from tests.fixtures.database import Connect


async def test_changes_are_logged_with_the_changed_columns_alone(workspace: Workspace) -> None:
    owner = workspace.owner
    await owner.update("projects", {"name": "Store"}, id=workspace.project_id)
    await owner.update("projects", {"name": "Store"}, id=workspace.project_id)
    entries = await owner.select("audit_log", entity_id=workspace.project_id, action="update")
    assert [(entry["old_value"], entry["new_value"]) for entry in entries] == [
        ({"name": "Shop"}, {"name": "Store"})
    ]
    assert entries[0]["actor_id"] == owner.user_id
    assert entries[0]["actor_role"] == "authenticated"
    assert entries[0]["entity_type"] == "projects"
    assert entries[0]["service_action"] is None


async def test_a_value_that_becomes_secret_is_masked(workspace: Workspace) -> None:
    owner = workspace.owner
    variable = await owner.insert(
        "environment_variables", environment_id=workspace.environment_id, key="A", value="visible"
    )
    await owner.update("environment_variables", {"value": "hidden"}, id=variable["id"])
    await owner.update(
        "environment_variables", {"value": None, "is_secret": True}, id=variable["id"]
    )
    entries = await owner.select("audit_log", entity_id=variable["id"], action="update")
    entries.sort(key=lambda entry: entry["id"])
    assert entries[0]["new_value"] == {"value": "hidden"}
    assert entries[1]["old_value"] == {"value": "***", "is_secret": False}


async def test_what_was_logged_stays(workspace: Workspace, database: Connect) -> None:
    for change in (
        workspace.owner.update("audit_log", {"action": "delete"}, action="create"),
        workspace.owner.delete("audit_log", action="create"),
    ):
        with pytest.raises(RefusedError) as refusal:
            await change
        assert refusal.value.status == 403
    connection = await database()
    for statement in (
        "update public.audit_log set action = 'delete'",
        "delete from public.audit_log",
        "truncate public.audit_log",
    ):
        with pytest.raises(Error) as error:
            await connection.execute(statement)
        assert error.value.sqlstate == "42501"


async def test_admins_read_it_and_editors_do_not(
    workspace: Workspace, sign_in: CreateCaller
) -> None:
    admin, editor = await sign_in(), await sign_in()
    await workspace.add_member(admin, "admin")
    await workspace.add_member(editor, "editor")
    assert await admin.select("audit_log")
    assert await editor.select("audit_log") == []


AUDITED = {
    "api_credentials",
    "api_endpoints",
    "api_tokens",
    "environment_variables",
    "environments",
    "fixture_usage",
    "hooks",
    "organization_invitations",
    "organization_members",
    "organizations",
    "projects",
    "report_templates",
    "retention_policies",
    "test_cases",
    "test_data_fixtures",
    "test_dependencies",
    "test_request_configs",
    "test_response_specs",
    "test_suites",
}
# What runs leave behind, and what people set for themselves alone.
NOT_AUDITED = {
    "api_imports",
    "assertion_results",
    "audit_log",
    "failure_analysis",
    "hook_deliveries",
    "imported_cases",
    "performance_metrics",
    "project_events",
    "project_streams",
    "saved_searches",
    "test_execution_context",
    "test_result_details",
    "test_results",
    "test_run_events",
    "test_run_history",
    "test_runs",
    "user_preferences",
    "users",
}
LIST_TABLES = """
    select relname as name, (
      select array_agg(proname::text order by proname) from pg_trigger
      join pg_proc on pg_proc.oid = tgfoid
      where tgrelid = pg_class.oid and pronamespace = 'private'::regnamespace and proname ~ '^audit_.*_rows$'
        -- For each statement, after insert, update or delete.
        and tgtype & 3 = 0 and tgenabled <> 'D'
    ) as triggers
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
"""


async def test_every_table_is_audited_or_left_out_on_purpose(database: Connect) -> None:
    connection = await database()
    rows = await (await connection.execute(LIST_TABLES)).fetchall()
    every = ["audit_changed_rows", "audit_created_rows", "audit_deleted_rows"]
    assert {row["name"] for row in rows if row["triggers"] == every} == AUDITED
    assert {row["name"] for row in rows if row["triggers"] is None} == NOT_AUDITED


async def test_the_log_names_what_the_service_did_and_for_whom(
    workspace: Workspace, service: Caller
) -> None:
    variable = await create_secret(workspace, service, "TOKEN", "sk_live_0123456789")
    await service.update("projects", {"description": "mended"}, id=workspace.project_id)
    entries = await workspace.owner.select("audit_log", entity_id=variable["id"], action="update")
    assert [(entry["service_action"], entry["actor_id"]) for entry in entries] == [
        ("store_secret_value", workspace.owner.user_id)
    ]
    assert entries[0]["new_value"]["value_last_four"] == "***"
    mended = await workspace.owner.select(
        "audit_log", entity_id=workspace.project_id, action="update"
    )
    assert [(entry["service_action"], entry["actor_id"]) for entry in mended] == [
        ("PATCH /projects", None)
    ]


async def test_members_are_logged_when_they_come_change_and_go(
    workspace: Workspace, sign_in: CreateCaller
) -> None:
    member = await sign_in()
    await workspace.add_member(member, "viewer")
    where = {"organization_id": workspace.organization_id, "user_id": member.user_id}
    await workspace.owner.update("organization_members", {"role": "editor"}, **where)
    await workspace.owner.delete("organization_members", **where)
    entries = await workspace.owner.select("audit_log", entity_type="organization_members")
    changes = sorted((entry["id"], entry["action"], entry) for entry in entries)[-3:]
    assert [action for _, action, _ in changes] == ["create", "update", "delete"]
    assert changes[1][2]["new_value"] == {"role": "editor"}
    assert changes[2][2]["old_value"]["user_id"] == member.user_id


async def test_no_session_switches_the_protection_off_by_replaying(
    workspace: Workspace, database: Connect
) -> None:
    connection = await database()
    rows = await (
        await connection.execute(
            "select tgenabled::text as mode from pg_trigger where tgname = 'audit_log_append_only'"
        )
    ).fetchall()
    # A: always, also where session_replication_role is replica.
    assert [row["mode"] for row in rows] == ["A"]
