"""A service whose queue has lost its database, while PostgREST still answers."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from urllib.parse import urlsplit, urlunsplit

import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.database import Connect
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp
from tests.realtime.cuttable_proxy import CuttableProxy, open_proxy
from tests.runs.local_work import local_work
from tests.runs.workspace import Workspace, open_workspace
from tests.targets.serving import RunningShop

LOOK_ABANDONED = "update public.test_runs set created_at = now() - interval '1 hour' where id = %s"
# As if the end of the job could not be written: it seems to execute, and its worker lives.
LEAVE_JOB = """
insert into procrastinate.procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id)
select 'runs', 'execute_run', %s, 'doing', worker.id
from procrastinate.procrastinate_workers as worker
order by worker.last_heartbeat desc limit 1
"""
END_SECONDS = 14.0


@pytest.fixture
async def way_to_database(supabase: SupabaseDetails) -> AsyncGenerator[CuttableProxy]:
    async with open_proxy(supabase.database_url) as proxy:
        yield proxy


@pytest.fixture
async def cut_off_service(
    way_to_database: CuttableProxy, supabase: SupabaseDetails, start_service: StartService
) -> AsyncGenerator[Service]:
    """A service whose queue reaches its database through the proxy."""
    url = urlsplit(supabase.database_url)
    credentials = url.netloc.rpartition("@")[0]
    host = urlsplit(way_to_database.url).netloc
    database_url = urlunsplit(url._replace(netloc=f"{credentials}@{host}"))
    settings = {"SUPABASE_DB_URL": database_url, "SHUTDOWN_GRACE": "0"}
    service = await asyncio.to_thread(start_service, **settings)
    yield service
    await asyncio.to_thread(service.stop)


async def test_runs_start_go_on_and_end_without_the_queue(
    cut_off_service: Service,
    way_to_database: CuttableProxy,
    database: Connect,
    sign_up: SignUp,
    shop: RunningShop,
) -> None:
    async with open_workspace(cut_off_service, await sign_up(), shop.url) as workspace:
        held = await workspace.add_case("held", "/items/0")
        after = await workspace.add_case("after", "/items/1", requires=["held"])
        other = await workspace.add_case("other", "/items/2")
        shop.traffic.hold("/items/0")
        going_on = await workspace.start_run(test_case_ids=[held, after])
        cancelled = await workspace.start_run(test_case_ids=[held])
        await asyncio.to_thread(shop.traffic.wait_for, "GET /items/0", 2)

        way_to_database.cut()
        await workspace.post(f"/runs/{cancelled}/cancel")
        started = await workspace.start_run(test_case_ids=[other])

        assert (await workspace.finish_run(cancelled))["status"] == "cancelled"
        shop.traffic.release()
        assert (await workspace.finish_run(going_on))["counts"]["passed"] == 2
        way_to_database.restore()
        await (await database()).execute(LOOK_ABANDONED, [started])
        assert (await workspace.finish_run(started))["status"] == "completed"
    counts = shop.traffic.counts()
    assert [counts[f"GET /items/{number}"] for number in range(3)] == [2, 1, 1]


async def test_a_job_without_its_end_keeps_no_run_from_going_on(
    workspace: Workspace, supabase: SupabaseDetails, database: Connect
) -> None:
    await workspace.add_case("only", "/items/1")
    async with local_work(supabase) as work:
        run_id = str(await work.start_run(workspace))
    connection = await database()
    await connection.execute(LEAVE_JOB, [run_id])
    await connection.execute(LOOK_ABANDONED, [run_id])
    assert (await workspace.finish_run(run_id))["status"] == "completed"


@pytest.mark.parametrize("break_way", [CuttableProxy.cut, CuttableProxy.stall])
async def test_a_service_ends_although_its_database_is_away(
    cut_off_service: Service,
    way_to_database: CuttableProxy,
    break_way: Callable[[CuttableProxy], None],
) -> None:
    break_way(way_to_database)
    begin = time.monotonic()
    await asyncio.to_thread(cut_off_service.stop)
    assert time.monotonic() - begin < END_SECONDS
