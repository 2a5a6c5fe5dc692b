"""Partitions: made ahead, made once, and made when a run needs one that is missing."""

import asyncio
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb

from tests.database.callers import Json
from tests.database.conftest import ClaimRun
from tests.database.workspaces import Workspace, build_result
from tests.fixtures.database import Connect

LIST_LEAVES = (
    "select relname from pg_class where relnamespace = 'partitions'::regnamespace and relkind = 'r'"
)
ENSURE = "select private.ensure_partitions(%s, %s) as made"
LIST_DROPS = """
    select
      format('alter table %%s detach partition %%s', inhparent::regclass, inhrelid::regclass) as detach,
      format('drop table %%s', inhrelid::regclass) as remove
    from pg_inherits where inhparent = %s::regclass
"""
PARENTS = ("test_results", "test_result_details", "assertion_results", "test_run_history")


async def call(connection: AsyncConnection[Any], function: str, **request: Any) -> Json:
    statement = sql.SQL("select public.{}(%s) as answer").format(sql.Identifier(function))
    row = await (await connection.execute(statement, [Jsonb(request)])).fetchone()
    assert row is not None
    return row["answer"]


async def test_concurrent_calls_make_each_month_once(database: Connect) -> None:
    async def ensure() -> int:
        connection = await database()
        row = await (await connection.execute(ENSURE, ["2031-01-31", "2031-03-01"])).fetchone()
        assert row is not None
        return row["made"]

    await asyncio.gather(ensure(), ensure(), ensure())
    assert await ensure() == 0
    connection = await database()
    leaves = {row["relname"] for row in await (await connection.execute(LIST_LEAVES)).fetchall()}
    expected = {f"{parent}_2031_0{month}" for parent in PARENTS for month in (1, 2, 3)}
    assert expected <= leaves


async def test_a_missing_month_is_made_for_the_run(workspace: Workspace, database: Connect) -> None:
    connection = await database()
    login = await workspace.create_case("login")
    async with connection.transaction(force_rollback=True):
        for parent in reversed(PARENTS):
            for leaf in await (
                await connection.execute(LIST_DROPS, [f"public.{parent}"])
            ).fetchall():
                await connection.execute(leaf["detach"].encode())
                await connection.execute(leaf["remove"].encode())
        run = await call(
            connection,
            "start_test_run",
            project_id=workspace.project_id,
            environment_id=workspace.environment_id,
        )
        identity = {"run_id": run["id"], "worker_id": "worker-1"}
        await call(connection, "get_run_plan", **identity)
        answer = await call(
            connection, "record_run_batch", **identity, results=[build_result(login)]
        )
        assert answer["recorded"] == 1
        finished = await call(connection, "finish_test_run", **identity, status="completed")
        assert finished["counts"]["passed"] == 1
        for parent in PARENTS:
            kept = await connection.execute(f"select from public.{parent}".encode())
            assert kept.rowcount == 1, parent


async def test_the_results_of_a_run_are_read_from_one_month(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    login = await workspace.create_case("login")
    run = await claim_run()
    await run.record([build_result(login)])
    connection = await database()
    await connection.execute(ENSURE, ["2032-01-01", "2032-12-01"])
    row = await (
        await connection.execute(
            "select tableoid::regclass::text as leaf, run_date from public.test_results where run_id = %s",
            [run.run_id],
        )
    ).fetchone()
    assert row is not None
    assert row["leaf"] == f"partitions.test_results_{row['run_date']:%Y_%m}"
