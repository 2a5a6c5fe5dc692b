"""Postgres crashes in the middle of a run, on a stack of its own: every connection to it is lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from scripts.demonstration.components import LocalSupabase, Service, SupabaseDetails
from tests.fixtures.users import sign_up_at
from tests.realtime.conditions import until
from tests.realtime.conftest import BEAT
from tests.realtime.failures.conftest import NO_WORK
from tests.realtime.failures.expectations import check_that_all_saw_all, publish_and_see
from tests.realtime.failures.persistent_viewer import SocketViewer, StreamViewer, following
from tests.realtime.live_run import LiveRun, start_live_run
from tests.runs.workspace import open_workspace

# The stack commits asynchronously: one commit that waits for the disk takes the others with it.
DURABLY = "-c synchronous_commit=on"


@pytest.fixture
async def own_supabase(tmp_path: Path) -> AsyncIterator[SupabaseDetails]:
    stack = LocalSupabase(tmp_path / "supabase.log")
    await asyncio.to_thread(stack.start)
    yield stack.details
    await asyncio.to_thread(stack.stop)


@pytest.fixture
async def own_service(own_supabase: SupabaseDetails, tmp_path: Path) -> AsyncIterator[Service]:
    service = Service(own_supabase, tmp_path / "service.log", NO_WORK)
    await asyncio.to_thread(service.start)
    yield service
    await asyncio.to_thread(service.stop)


async def crash(supabase: SupabaseDetails, live_run: LiveRun) -> None:
    """Kill one backend: the server ends all others and recovers as after a failure of power."""
    victim, witness = [
        await psycopg.AsyncConnection.connect(
            supabase.database_url, options=DURABLY, autocommit=True
        )
        for _ in range(2)
    ]
    await victim.execute(BEAT, [live_run.run_id])
    os.kill(victim.info.backend_pid, signal.SIGKILL)
    with pytest.raises(psycopg.OperationalError):
        await witness.execute("select pg_sleep(30)")
    await asyncio.gather(victim.close(), witness.close())


async def wait_until_answered(live_run: LiveRun) -> None:
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type((AssertionError, httpx.HTTPError)),
        wait=wait_fixed(0.1),
        stop=stop_after_delay(30),
    ):
        with attempt:
            await live_run.read_events()


async def test_postgres_restarts(own_supabase: SupabaseDetails, own_service: Service) -> None:
    user = await sign_up_at(own_supabase)
    async with (
        open_workspace(own_service, user, "http://127.0.0.1:9") as workspace,
        httpx.AsyncClient(
            base_url=own_supabase.supabase_url,
            headers={"apikey": own_supabase.secret_key},
            timeout=30,
        ) as service_role,
    ):
        live_run = await start_live_run(own_supabase, service_role, workspace)
        topic = f"run:{live_run.run_id}"
        kinds = [StreamViewer, StreamViewer, SocketViewer]
        viewers = [kind(own_service.url, topic, user) for kind in kinds]
        async with following(viewers):
            await publish_and_see(live_run, viewers)
            await crash(own_supabase, live_run)
            await wait_until_answered(live_run)
            await publish_and_see(live_run, viewers)
            await until(lambda: all(viewer.has_been_told(degraded=False) for viewer in viewers))
            await publish_and_see(live_run, viewers)
            await live_run.finish()
        await check_that_all_saw_all(live_run, viewers)
    assert [viewer.attempts for viewer in viewers] == [1, 1, 1]
