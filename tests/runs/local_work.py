"""Runs that this process executes itself, beside the service and past its queue."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from app.contexts.cache.memory_cache import MemoryContextCache
from app.contexts.manager import TestExecutionContextManager
from app.core.clock import SystemClock
from app.core.identifiers import RunId
from app.core.settings import Settings
from app.db.database import Database
from app.engine import RunOptions, Transport
from app.engine.transports.http_transport import HttpTransport
from app.runs import repository
from app.runs.execution.executor import RunExecutor
from app.runs.execution.run_execution import Workshop
from app.runs.schemas import RunStart
from scripts.demonstration.components import SupabaseDetails, service_settings
from tests.runs.workspace import Workspace


@dataclass
class LocalWork:
    """A database whose requests are counted, and what executors in this process need."""

    settings: Settings
    database: Database
    transport: Transport

    @property
    def calls(self) -> int:
        return self.database.request_counts.total()

    def create_executor(
        self, transport: Transport | None = None, encryption_key: SecretStr | None = None
    ) -> RunExecutor:
        """A worker of its own, as another process would have it."""
        service = self.database.as_service()
        key = encryption_key or self.settings.secrets_encryption_key
        cache = MemoryContextCache(SystemClock())
        contexts = TestExecutionContextManager(service, cache, key)
        return RunExecutor(Workshop(service, contexts, transport or self.transport, RunOptions()))

    async def start_run(self, workspace: Workspace, **fields: Any) -> RunId:
        """Start a run that is not queued: for ten seconds nobody else looks at it."""
        start = RunStart.model_validate(
            {
                "project_id": workspace.project_id,
                "environment_id": workspace.environment_id,
                **fields,
            }
        )
        run = await repository.start(self.database.as_user(workspace.user.access_token), start)
        return run.id


@asynccontextmanager
async def local_work(supabase: SupabaseDetails) -> AsyncGenerator[LocalWork]:
    settings = Settings.model_validate(service_settings(supabase))
    async with Database(settings) as database, aclosing(HttpTransport()) as transport:
        yield LocalWork(settings, database, transport)
