"""Maintenance as the worker does it: when it starts, in shares, until nothing is left to do."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import uuid4

import pytest
from psycopg import sql
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from app.core.settings import Settings
from app.db.database import Database
from app.runs.execution import maintenance
from app.runs.execution.maintenance import DatabaseMaintenance
from app.runs.queue import RunQueue
from scripts.demonstration.components import SupabaseDetails, service_settings
from tests.fixtures.database import Connect
from tests.fixtures.service import StartService
from tests.runs.workspace import Workspace

EXPIRE = """
    update public.test_execution_context set expires_at = now() - interval '1 second' where run_id = %s
"""
FIND = "select count(*) as number from public.test_execution_context where run_id = %s"


async def expire_context(workspace: Workspace, database: Connect) -> str:
    await workspace.add_case(f"case-{uuid4().hex[:8]}", "/status/200")
    run = await workspace.run()
    connection = await database()
    await connection.execute(EXPIRE, [run["id"]])
    return run["id"]


async def has_context(run_id: str, database: Connect) -> bool:
    connection = await database()
    row = await (await connection.execute(FIND, [run_id])).fetchone()
    assert row is not None
    return row["number"] > 0


@retry(retry=retry_if_result(bool), wait=wait_fixed(0.05), stop=stop_after_delay(30))
async def wait_until_gone(run_id: str, database: Connect) -> bool:
    return await has_context(run_id, database)


async def test_a_worker_that_starts_maintains_the_database(
    workspace: Workspace, database: Connect, start_service: StartService
) -> None:
    run_id = await expire_context(workspace, database)
    await asyncio.to_thread(start_service)
    await wait_until_gone(run_id, database)
    answer = await workspace.client.get(f"/runs/{run_id}/context")
    assert answer.status_code == 404


@pytest.fixture
async def service_database(supabase: SupabaseDetails) -> AsyncGenerator[Database]:
    async with Database(Settings.model_validate(service_settings(supabase))) as opened:
        yield opened


async def test_a_share_is_bounded_and_says_whether_that_was_all(
    workspace: Workspace,
    database: Connect,
    service_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_ids = [await expire_context(workspace, database) for _ in range(3)]
    monkeypatch.setattr(maintenance, "ROWS_OF_A_BATCH", 1)
    monkeypatch.setattr(maintenance, "BATCHES_OF_A_SHARE", 2)
    work = DatabaseMaintenance(service_database.as_service())
    shares = 1
    while not await work.do_share():
        shares += 1
    assert shares >= 2
    assert not any([await has_context(run_id, database) for run_id in run_ids])


@pytest.fixture
async def queue(supabase: SupabaseDetails, database: Connect) -> AsyncGenerator[RunQueue]:
    """A queue of its own, which no running service works through."""
    name = f"maintenance_{uuid4().hex}"
    connection = await database()
    await connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    async with RunQueue(supabase.database_url.rpartition("/")[0] + f"/{name}") as opened:
        yield opened
    await connection.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))


async def test_a_share_that_left_something_is_followed_by_another(queue: RunQueue) -> None:
    shares = 0
    all_done = asyncio.Event()

    async def do_share() -> bool:
        nonlocal shares
        shares += 1
        if shares == 3:
            all_done.set()
        return shares >= 3

    queue.register_maintenance(do_share)
    for _ in range(5):
        await queue.enqueue_maintenance()
    working = asyncio.create_task(queue.work(1, timedelta(seconds=5)))
    async with asyncio.timeout(30):
        await all_done.wait()
    working.cancel()
    await asyncio.wait([working])
    assert shares == 3
