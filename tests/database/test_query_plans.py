"""How an ordinary member's reads are executed: by index, membership looked up once, partitions pruned."""

import json
from typing import Any, LiteralString

import pytest

from tests.database.conftest import ClaimRun
from tests.database.workspaces import ClaimedRun, Workspace, build_result
from tests.fixtures.database import Connect

# Each read, and the index that serves it.
READS: dict[str, tuple[LiteralString, str]] = {
    "runs of a project": (
        "select id from public.test_runs where project_id = %(project)s order by created_at desc limit 50",
        "test_runs",
    ),
    "results of a run": (
        "select id from public.test_results where run_id = %(run)s and run_date = %(date)s",
        "test_results",
    ),
    "latest results of the organization": (
        "select id from public.test_results order by created_at desc limit 50",
        "created_at",
    ),
    "details of a result": (
        "select * from public.test_result_details where result_id = %(result)s and run_date = %(date)s",
        "test_result_details",
    ),
    "history of a test": (
        "select status from public.test_run_history where test_case_id = %(test)s and environment_id = %(environment)s order by recorded_at desc limit 30",
        "test_run_history",
    ),
    "events of a run": (
        "select events from public.test_run_events where run_id = %(run)s and last_seq > 3",
        "test_run_events",
    ),
    "cases of a suite": (
        "select id from public.test_cases where suite_id = %(suite)s order by order_index",
        "test_cases",
    ),
}


@pytest.fixture
async def run(workspace: Workspace, claim_run: ClaimRun) -> ClaimedRun:
    login = await workspace.create_case("login")
    run = await claim_run()
    await run.record([build_result(login)])
    return run


async def explain(
    database: Connect, workspace: Workspace, run: ClaimedRun, query: LiteralString
) -> str:
    result = (await workspace.owner.select("test_results", run_id=run.run_id))[0]
    connection = await database()
    async with connection.transaction(force_rollback=True):
        claims = json.dumps({"sub": workspace.owner.user_id, "role": "authenticated"})
        await connection.execute(
            "select private.ensure_partitions('2033-01-01', '2033-12-01'),"
            " set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true),"
            # At this size reading everything would be cheaper than any index.
            " set_config('enable_seqscan', 'off', true)",
            [claims],
        )
        cursor = await connection.execute(
            "explain (format json, analyze, costs off) " + query,
            {
                "project": workspace.project_id,
                "environment": workspace.environment_id,
                "suite": workspace.suite_id,
                "run": run.run_id,
                "date": result["run_date"],
                "result": result["id"],
                "test": result["test_case_id"],
            },
        )
        row = await cursor.fetchone()
    assert row is not None
    return json.dumps(row["QUERY PLAN"])


def list_nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in list_nodes(child))]


@pytest.mark.parametrize("read", READS)
async def test_a_read_is_served_by_an_index(
    read: str, workspace: Workspace, run: ClaimedRun, database: Connect
) -> None:
    query, index = READS[read]
    plan = json.loads(await explain(database, workspace, run, query))[0]["Plan"]
    nodes = list_nodes(plan)
    executed = [node for node in nodes if node.get("Actual Loops")]
    assert not [node for node in executed if node["Node Type"] == "Seq Scan"]
    scans = [node for node in executed if "Index Cond" in node]
    assert any(index in node["Index Name"] for node in scans)
    # The functions of the policy are called in an InitPlan, never in the filter of a scan.
    assert not [node for node in nodes if "my_orgs" in str(node.get("Filter", ""))]
    membership = [node for node in nodes if node.get("Function Name") == "my_orgs"]
    assert all(node["Actual Loops"] <= 1 for node in membership)
    assert [node for node in nodes if node.get("Parent Relationship") == "InitPlan"]


@pytest.mark.parametrize("read", ["results of a run", "details of a result"])
async def test_a_read_with_the_date_of_the_run_touches_one_partition(
    read: str, workspace: Workspace, run: ClaimedRun, database: Connect
) -> None:
    plan = json.loads(await explain(database, workspace, run, READS[read][0]))[0]["Plan"]
    relations = {node["Relation Name"] for node in list_nodes(plan) if "Relation Name" in node}
    leaves = {
        name for name in relations if name.startswith(("test_results", "test_result_details"))
    }
    assert len(leaves) == 1
