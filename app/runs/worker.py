"""Works through the queue of runs, in the API process or in a process of its own."""

import asyncio
from datetime import timedelta

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.job_context import AbortReason

from app.core.identifiers import RunId
from app.core.logging import get_logger
from app.engine import RunControl
from app.runs.executor import RunExecutor
from app.runs.queue import RunQueue

_log = get_logger(__name__)

# A worker that loses its database connection starts anew after this pause.
RESTART_PAUSE = timedelta(seconds=1)


class RunWorker:
    """Executes queued runs, several at once, until it is cancelled."""

    def __init__(
        self,
        queue: RunQueue,
        executor: RunExecutor,
        *,
        concurrent_runs: int,
        shutdown_grace: timedelta,
    ) -> None:
        self._queue = queue
        self._executor = executor
        self._concurrent_runs = concurrent_runs
        self._shutdown_grace = shutdown_grace
        queue.register(self._execute, self._resume)

    async def work(self) -> None:
        """Work until cancelled; then runs get `shutdown_grace` to end before they are handed back."""
        while True:
            try:
                await self._queue.work(self._concurrent_runs, self._shutdown_grace)
                _log.warning("worker_lost_its_queue")
            except (ConnectorException, psycopg.Error, OSError):
                _log.exception("worker_failed")
            await asyncio.sleep(RESTART_PAUSE.total_seconds())

    async def _execute(self, context: procrastinate.JobContext, run_id: RunId) -> None:
        control = RunControl()
        execution = asyncio.create_task(self._executor.execute(run_id, control))
        try:
            await asyncio.shield(execution)
        except asyncio.CancelledError:
            if context.abort_reason() is AbortReason.USER_REQUEST:
                control.cancel()
                await execution
                return
            execution.cancel()
            await asyncio.wait([execution])
            raise JobAborted from None

    async def _resume(self) -> None:
        for run_id in await self._executor.find_abandoned():
            _log.warning("run_resumed", run_id=str(run_id))
            await self._queue.enqueue(run_id)
