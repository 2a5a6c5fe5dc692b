"""Who sees and changes what beyond single rows: documents, parents, runs; tests/database/access has the rest."""

import asyncio

import pytest

from tests.database.callers import RefusedError
from tests.database.conftest import CreateCaller
from tests.database.workspaces import Workspace, create_workspace

TABLES = [
    "organizations",
    "organization_members",
    "projects",
    "test_suites",
    "api_endpoints",
    "test_cases",
    "test_dependencies",
    "test_request_configs",
    "test_response_specs",
    "environments",
    "environment_variables",
    "test_runs",
    "audit_log",
]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def full_workspace(workspace: Workspace) -> Workspace:
    await workspace.create_case("login")
    await workspace.create_case("cart", "login")
    await workspace.owner.insert(
        "environment_variables", environment_id=workspace.environment_id, key="USER", value="ada"
    )
    await workspace.start_run()
    return workspace


async def test_the_owner_sees_rows_in_every_table(full_workspace: Workspace) -> None:
    found = await asyncio.gather(*(full_workspace.owner.select(table) for table in TABLES))
    assert [table for table, rows in zip(TABLES, found, strict=True) if not rows] == []


async def test_a_stranger_sees_no_row_of_anything(
    full_workspace: Workspace, sign_in: CreateCaller
) -> None:
    stranger = await sign_in()
    found = await asyncio.gather(*(stranger.select(table) for table in TABLES))
    assert found == [[]] * len(TABLES)
    assert [user["id"] for user in await stranger.select("users")] == [stranger.user_id]


async def test_a_stranger_finds_no_document(
    full_workspace: Workspace, sign_in: CreateCaller
) -> None:
    stranger = await sign_in()
    run = (await full_workspace.owner.select("test_runs"))[0]
    case = (await full_workspace.owner.select("test_cases"))[0]
    assert await stranger.call("get_test_run_snapshot", run_id=run["id"]) is None
    assert await stranger.call("show_test_run_context", run_id=run["id"]) is None
    assert await stranger.call("get_run_events", run_id=run["id"]) is None
    project = {"project_id": full_workspace.project_id}
    assert await stranger.call("get_project_snapshot", **project) is None
    assert await stranger.call("get_project_events", **project) is None
    assert await stranger.call("get_test_case", test_case_id=case["id"]) is None
    assert await stranger.call("get_test_execution_chain", test_case_id=case["id"]) is None
    with pytest.raises(RefusedError) as refusal:
        await stranger.call("cancel_test_run", run_id=run["id"])
    assert (refusal.value.status, refusal.value.hint) == (404, "not_found")


async def test_foreign_and_unknown_parents_are_refused_alike(
    full_workspace: Workspace, sign_in: CreateCaller
) -> None:
    stranger = await sign_in()
    refusals = set[tuple[int, str]]()
    for project_id in (full_workspace.project_id, UNKNOWN):
        with pytest.raises(RefusedError) as refusal:
            await stranger.insert("test_suites", project_id=project_id, name="Mine")
        refusals.add((refusal.value.status, refusal.value.text))
    assert len(refusals) == 1
    assert refusals.pop()[0] == 404


async def test_a_viewer_reads_and_writes_nothing(
    full_workspace: Workspace, sign_in: CreateCaller
) -> None:
    viewer = await sign_in()
    await full_workspace.add_member(viewer, "viewer")
    assert len(await viewer.select("test_cases")) == 2
    assert await viewer.update("projects", {"name": "Mine"}, id=full_workspace.project_id) == []
    assert await viewer.delete("test_cases", suite_id=full_workspace.suite_id) == []
    with pytest.raises(RefusedError) as insert:
        await viewer.insert("test_suites", project_id=full_workspace.project_id, name="Mine")
    with pytest.raises(RefusedError) as start:
        await viewer.call(
            "start_test_run",
            project_id=full_workspace.project_id,
            environment_id=full_workspace.environment_id,
        )
    run = (await viewer.select("test_runs"))[0]
    with pytest.raises(RefusedError) as cancel:
        await viewer.call("cancel_test_run", run_id=run["id"])
    assert [refusal.value.status for refusal in (insert, start, cancel)] == [403, 403, 403]


async def test_an_editor_writes_tests_and_not_environments(
    full_workspace: Workspace, sign_in: CreateCaller
) -> None:
    editor = await sign_in()
    await full_workspace.add_member(editor, "editor")
    await editor.insert("test_suites", project_id=full_workspace.project_id, name="Returns")
    run = await editor.call(
        "start_test_run",
        project_id=full_workspace.project_id,
        environment_id=full_workspace.environment_id,
    )
    assert run["started_by"] == editor.user_id
    with pytest.raises(RefusedError) as refusal:
        await editor.insert(
            "environments", project_id=full_workspace.project_id, name="x", base_url="http://x"
        )
    assert refusal.value.status == 403
    assert await editor.select("audit_log") == []


async def test_a_run_in_an_environment_of_another_tenant_finds_none(
    full_workspace: Workspace, sign_in: CreateCaller
) -> None:
    other = await create_workspace(await sign_in())
    with pytest.raises(RefusedError) as started:
        await other.owner.call(
            "start_test_run",
            project_id=other.project_id,
            environment_id=full_workspace.environment_id,
        )
    assert (started.value.status, started.value.hint) == (404, "not_found")


async def test_results_and_runs_are_written_by_functions_alone(workspace: Workspace) -> None:
    await workspace.create_case("login")
    run = await workspace.start_run()
    owner = workspace.owner
    for change in (
        owner.update("test_runs", {"status": "completed"}, id=run["id"]),
        owner.insert(
            "test_runs",
            project_id=workspace.project_id,
            environment_id=workspace.environment_id,
            status="completed",
        ),
        owner.insert("test_results", run_id=run["id"], status="passed"),
        owner.update("test_execution_context", {"captured_data": {}}, run_id=run["id"]),
        owner.call("record_run_batch", run_id=run["id"]),
        owner.call("resolve_run_secrets", run_id=run["id"]),
        owner.call("get_run_plan", run_id=run["id"], worker_id="me"),
    ):
        with pytest.raises(RefusedError) as refusal:
            await change
        assert refusal.value.status == 403


async def test_a_run_may_be_created_by_a_plain_insert(workspace: Workspace) -> None:
    case = await workspace.create_case("login")
    run = await workspace.owner.insert(
        "test_runs", project_id=workspace.project_id, environment_id=workspace.environment_id
    )
    assert (run["status"], run["total_count"]) == ("pending", 1)
    assert run["planned_test_ids"] == [case["id"]]


async def test_signing_up_makes_a_profile(sign_in: CreateCaller) -> None:
    person = await sign_in()
    profile = (await person.select("users"))[0]
    assert profile["id"] == person.user_id
    renamed = await person.update("users", {"full_name": "Ada"}, id=person.user_id)
    assert renamed[0]["full_name"] == "Ada"
    with pytest.raises(RefusedError):
        await person.update("users", {"email": "a@b.c"}, id=person.user_id)


async def test_preferences_and_searches_belong_to_one_person(
    workspace: Workspace, sign_in: CreateCaller
) -> None:
    colleague = await sign_in()
    await workspace.add_member(colleague, "owner")
    owner = workspace.owner
    await owner.insert("user_preferences", default_environment=workspace.environment_id)
    await owner.insert("saved_searches", organization_id=workspace.organization_id, name="Failed")
    await owner.insert(
        "api_credentials",
        organization_id=workspace.organization_id,
        credential_name="Shop",
        credential_type="bearer-token",
    )
    for table in ("user_preferences", "saved_searches", "api_credentials"):
        assert len(await owner.select(table)) == 1
        assert await colleague.select(table) == []
    stranger = await sign_in()
    with pytest.raises(RefusedError):
        await stranger.insert("user_preferences", default_environment=workspace.environment_id)
