"""The audit log: who changed what, for admins to read and nobody to alter."""

import pytest
from psycopg import Error

from tests.database.callers import RefusedError
from tests.database.conftest import CreateCaller
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
