"""Joins what a worker of runs is made of; both processes that work use it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

from app.contexts.cache.assembly import open_context_cache
from app.contexts.manager import TestExecutionContextManager
from app.core.settings import Settings
from app.db.database import Database
from app.engine import RunOptions
from app.engine.transports.http_transport import HttpTransport
from app.runs.execution.executor import RunExecutor
from app.runs.execution.maintenance import DatabaseMaintenance
from app.runs.execution.run_execution import Workshop
from app.runs.execution.worker import RunWorker
from app.runs.queue import RunQueue


@asynccontextmanager
async def working(settings: Settings, database: Database, queue: RunQueue) -> AsyncGenerator[None]:
    """Execute queued runs beside the caller; at the end runs get time to finish or are handed back."""
    service = database.as_service()
    options = RunOptions(
        concurrency=settings.run_concurrency,
        guards_network=settings.guards_network,
        honours_allow_lists=settings.network_allow_lists,
    )
    async with (
        aclosing(HttpTransport()) as transport,
        open_context_cache(settings, options.clock) as cache,
    ):
        contexts = TestExecutionContextManager(
            service,
            cache,
            settings.secrets_encryption_key,
            settings.secrets_encryption_key_previous,
        )
        executor = RunExecutor(Workshop(service, contexts, transport, options))
        worker = RunWorker(
            queue,
            executor,
            concurrent_runs=settings.concurrent_runs,
            shutdown_grace=settings.shutdown_grace,
        )
        queue.register_maintenance(DatabaseMaintenance(service).do_share)
        await queue.enqueue_maintenance()
        task = asyncio.create_task(worker.work(), name="run-worker")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
