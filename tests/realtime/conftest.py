import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from pydantic import SecretStr

from app.realtime.upstream import RealtimeUpstream
from app.runs.execution.recorder import HEARTBEAT_INTERVAL
from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.connections import SHORT_LIVED
from tests.fixtures.database import Connect
from tests.fixtures.users import SignUp
from tests.realtime.conditions import until
from tests.realtime.cuttable_proxy import CuttableProxy, open_proxy
from tests.realtime.live_run import LiveRun, start_live_run
from tests.runs.workspace import Workspace, open_workspace

# One user may be a crowd here, and whoever is removed notices soon.
WATCHFUL = {
    "RUN_WORKER_IN_API": "false",
    "REALTIME_ACCESS_INTERVAL": "1",
    "REALTIME_CONNECTIONS_PER_USER": "300",
}
BEAT = "update public.test_runs set heartbeat_at = now() where id = %s"


@pytest.fixture(scope="session")
def relay_service(
    supabase: SupabaseDetails, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that executes nothing: the tests produce the events."""
    log = tmp_path_factory.mktemp("relay") / "service.log"
    with Service(supabase, log, WATCHFUL) as running:
        yield running


@pytest.fixture
async def service_role(supabase: SupabaseDetails) -> AsyncIterator[httpx.AsyncClient]:
    """The API of the stack with all rights."""
    headers = {"apikey": supabase.secret_key}
    async with httpx.AsyncClient(
        base_url=supabase.supabase_url, headers=headers, timeout=30, limits=SHORT_LIVED
    ) as client:
        yield client


@pytest.fixture
async def workspace(relay_service: Service, sign_up: SignUp) -> AsyncIterator[Workspace]:
    async with open_workspace(relay_service, await sign_up(), "http://127.0.0.1:9") as created:
        yield created


@pytest.fixture
async def live_run(
    supabase: SupabaseDetails,
    service_role: httpx.AsyncClient,
    workspace: Workspace,
    database: Connect,
) -> AsyncIterator[LiveRun]:
    """A running run with a `run_started` event; no worker finds it abandoned."""
    run = await start_live_run(supabase, service_role, workspace)
    beating = asyncio.create_task(beat(await database(), run.run_id))
    yield run
    beating.cancel()
    await asyncio.wait([beating])


async def beat(connection: AsyncConnection[DictRow], run_id: str) -> None:
    while True:
        await connection.execute(BEAT, [run_id])
        await asyncio.sleep(HEARTBEAT_INTERVAL.total_seconds())


@pytest.fixture
async def member(relay_service: Service, workspace: Workspace) -> AsyncIterator[httpx.AsyncClient]:
    """The service as somebody sees it who may watch the run."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=relay_service.url, headers=workspace.user.headers, timeout=60, limits=limits
    ) as client:
        yield client


@pytest.fixture
async def proxy(supabase: SupabaseDetails) -> AsyncIterator[CuttableProxy]:
    async with open_proxy(supabase.supabase_url) as opened:
        yield opened


@pytest.fixture
async def upstream(
    proxy: CuttableProxy, supabase: SupabaseDetails
) -> AsyncIterator[RealtimeUpstream]:
    async with RealtimeUpstream(
        f"{proxy.url}/realtime/v1", SecretStr(supabase.secret_key)
    ) as opened:
        await until(lambda: opened.is_connected)
        yield opened
