"""Results stay whichever way somebody deletes what they belong to, also when both happen at once."""

import asyncio
import json
from typing import LiteralString

import pytest
from psycopg import AsyncConnection, DatabaseError
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from tests.database.callers import Json, RefusedError
from tests.database.conftest import ClaimRun
from tests.database.waiting import wait_until_blocked
from tests.database.workspaces import ClaimedRun, Workspace, build_result
from tests.fixtures.database import Connect

REMEMBER: dict[str, LiteralString] = {
    "test_run_history": "delete from public.test_results where test_case_id = %(case)s",
    "performance_metrics": """
        with metric as (
          insert into public.performance_metrics (
            organization_id, project_id, test_case_id, environment_id, date, total_runs
          )
          select history.organization_id, %(project)s, history.test_case_id, history.environment_id, history.run_date, 1
          from public.test_run_history as history where history.test_case_id = %(case)s
        ),
        retired as (delete from public.test_results where test_case_id = %(case)s)
        delete from public.test_run_history where test_case_id = %(case)s
    """,
}


async def act_as(connection: AsyncConnection[DictRow], user_id: str) -> None:
    """Be this person until the end of the transaction, as PostgREST would have it."""
    claims = json.dumps({"sub": user_id, "role": "authenticated"})
    await connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
    await connection.execute("set local role authenticated")


async def record(connection: AsyncConnection[DictRow], run: ClaimedRun, *cases: Json) -> int:
    """Record a passed result of each case; return how many were."""
    batch = {
        "run_id": run.run_id,
        "worker_id": run.worker_id,
        "results": [build_result(case) for case in cases],
    }
    cursor = await connection.execute(
        "select public.record_run_batch(%s) ->> 'recorded' as recorded", [Jsonb(batch)]
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row["recorded"])


async def finish_run(workspace: Workspace, claim_run: ClaimRun) -> tuple[Json, ClaimedRun]:
    case = await workspace.create_case("login")
    run = await claim_run()
    await run.record([build_result(case)])
    await run.finish()
    return case, run


async def test_nothing_that_has_results_is_deleted_past_the_functions(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    case, run = await finish_run(workspace, claim_run)
    for table, row_id in {
        "test_cases": case["id"],
        "test_suites": workspace.suite_id,
        "environments": workspace.environment_id,
        "projects": workspace.project_id,
    }.items():
        with pytest.raises(RefusedError) as refused:
            await workspace.owner.delete(table, id=row_id)
        assert (refused.value.status, refused.value.hint) == (409, "has_results"), table
    assert len(await workspace.owner.select("test_results", run_id=run.run_id)) == 1
    # Owners delete an organization with all that it holds.
    assert await workspace.owner.delete("organizations", id=workspace.organization_id)


@pytest.mark.parametrize("remembered", REMEMBER)
async def test_what_is_left_of_results_counts(
    remembered: str, workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    case, _ = await finish_run(workspace, claim_run)
    connection = await database()
    ids = {"case": case["id"], "project": workspace.project_id}
    await connection.execute(REMEMBER[remembered], ids)
    assert await workspace.owner.select("test_results", test_case_id=case["id"]) == []
    with pytest.raises(RefusedError) as refused:
        await workspace.owner.call("delete_test_case", test_case_id=case["id"])
    assert refused.value.hint == "has_results"
    answer = await workspace.owner.call(
        "delete_test_case", test_case_id=case["id"], with_results=True
    )
    assert answer == {"id": case["id"]}
    assert await workspace.owner.select(remembered, test_case_id=case["id"]) == []


async def test_more_results_than_are_counted(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    case, run = await finish_run(workspace, claim_run)
    connection = await database()
    await connection.execute(
        """
        insert into public.test_results (organization_id, run_id, run_date, test_case_id, iteration, status)
        select run.organization_id, run.id, run.run_date, %s, number, 'passed'
        from public.test_runs as run cross join generate_series(1, 1000) as number where run.id = %s
        """,
        [case["id"], run.run_id],
    )
    with pytest.raises(RefusedError, match="more than 1000 results would be lost"):
        await workspace.owner.call("delete_test_suite", suite_id=workspace.suite_id)


async def test_a_result_that_comes_first_keeps_its_test(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    case = await workspace.create_case("login")
    run = await claim_run()
    recording, deleting = await database(), await database()
    async with recording.transaction():
        await record(recording, run, case)
        attempt = asyncio.create_task(delete_suite(deleting, workspace))
        await wait_until_blocked(database, deleting)
    with pytest.raises(DatabaseError) as refused:
        await attempt
    assert (refused.value.sqlstate, refused.value.diag.message_hint) == ("PT409", "has_results")
    assert len(await workspace.owner.select("test_results", run_id=run.run_id)) == 1


async def delete_suite(connection: AsyncConnection[DictRow], workspace: Workspace) -> None:
    async with connection.transaction():
        await act_as(connection, workspace.owner.user_id)
        await connection.execute(
            "select public.delete_test_suite(%s)", [Jsonb({"suite_id": workspace.suite_id})]
        )


async def test_a_result_that_comes_too_late_is_left_out(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    cases = await workspace.create_cases(2)
    run = await claim_run()
    recording, deleting = await database(), await database()
    async with deleting.transaction():
        await act_as(deleting, workspace.owner.user_id)
        await deleting.execute(
            "select public.delete_test_case(%s)", [Jsonb({"test_case_id": cases[0]["id"]})]
        )
        late = asyncio.create_task(record(recording, run, *cases))
        await wait_until_blocked(database, recording)
    assert await late == 1
    assert (await run.finish())["counts"]["passed"] == 1


SET_VERSION: LiteralString = "update public.test_runs set target_version = '2' where id = %s"
SET_METADATA: LiteralString = """update public.test_runs set metadata = '{"a": 1}' where id = %s"""


async def correct(
    connection: AsyncConnection[DictRow], user_id: str, statement: LiteralString, run_id: str
) -> None:
    await act_as(connection, user_id)
    await connection.execute(statement, [run_id])


async def test_corrections_and_results_do_not_undo_each_other(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    first, second = await workspace.create_cases(2)
    run = await claim_run()
    recording, correcting = await database(), await database()
    async with correcting.transaction():
        await correct(correcting, workspace.owner.user_id, SET_VERSION, run.run_id)
        batch = asyncio.create_task(record(recording, run, first))
        await wait_until_blocked(database, recording)
    await batch

    async def correct_later() -> None:
        async with correcting.transaction():
            await correct(correcting, workspace.owner.user_id, SET_METADATA, run.run_id)

    async with recording.transaction():
        await record(recording, run, second)
        change = asyncio.create_task(correct_later())
        await wait_until_blocked(database, correcting)
    await change
    (row,) = await workspace.owner.select("test_runs", id=run.run_id)
    assert (row["target_version"], row["metadata"], row["passed_count"]) == ("2", {"a": 1}, 2)
