"""Works through the queue of runs, in the API process or in a process of its own."""

import asyncio
from datetime import timedelta

import procrastinate
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason

from app.core.identifiers import RunId
from app.core.logging import get_logger
from app.engine import RunControl
from app.runs.execution.executor import RunExecutor
from app.runs.queue import CONNECTION_PATIENCE, RunQueue

logger = get_logger(__name__)

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
        self._executions: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        queue.register(self._execute, self._resume)

    async def work(self) -> None:
        """Work until cancelled; then runs get `shutdown_grace` to end before they are handed back."""
        working = asyncio.create_task(self._work(), name="run-queue")
        try:
            await asyncio.shield(working)
        finally:
            self._is_stopping = True
            working.cancel()
            # Nothing bounds a query on a connection that has fallen silent.
            patience = self._shutdown_grace + CONNECTION_PATIENCE
            await asyncio.wait([working], timeout=patience.total_seconds())
            await self._hand_back(self._executions)

    async def _work(self) -> None:
        while not self._is_stopping:
            try:
                await self._queue.work(self._concurrent_runs, self._shutdown_grace)
                logger.warning("worker_lost_its_queue")
            except Exception:
                # Whatever it was: runs wait, and a worker that stays away helps nobody.
                logger.exception("worker_failed")
            # Without its database the queue forgets that it was cancelled.
            if not self._is_stopping:
                await asyncio.sleep(RESTART_PAUSE.total_seconds())

    async def _execute(self, context: procrastinate.JobContext, run_id: RunId) -> None:
        control = RunControl()
        execution = asyncio.create_task(self._executor.execute(run_id, control))
        self._executions.add(execution)
        execution.add_done_callback(self._executions.discard)
        try:
            await asyncio.shield(execution)
        except asyncio.CancelledError:
            if context.abort_reason() is AbortReason.USER_REQUEST:
                control.cancel()
                await asyncio.shield(execution)
                return
            # A queue that is only lost takes no run from its worker: the lease of the run counts.
            if self._is_stopping:
                await self._hand_back({execution})
            raise JobAborted from None

    async def _hand_back(self, executions: set[asyncio.Task[None]]) -> None:
        for execution in executions:
            # A second time would interrupt the handing back.
            if not execution.cancelling():
                execution.cancel()
        if executions:
            await asyncio.wait(executions)

    async def _resume(self, context: procrastinate.JobContext) -> None:
        for run_id in await self._executor.find_abandoned():
            if await self._queue.enqueue_abandoned(run_id, context):
                logger.warning("run_resumed", run_id=str(run_id))
