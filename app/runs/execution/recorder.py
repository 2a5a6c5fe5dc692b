"""Commits what a run produces, in few batches and in the order it happened."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from app.contexts.execution_context import ContextChanges
from app.contexts.manager import TestExecutionContextManager
from app.core.clock import Clock
from app.core.identifiers import RunId
from app.db.errors import ContextLimitExceededError
from app.db.session import Session
from app.engine import Event, RunControl, RunStarted, TestEnded, TestResult, TestStarted
from app.runs.execution.backlog import Backlog, EndedTest
from app.runs.execution.records import Record, to_result_records, to_running_test

SHORTEST_INTERVAL = timedelta(milliseconds=250)
LONGEST_INTERVAL = timedelta(seconds=1)
# Batches may come this share of the run's age apart: few calls for long runs, fresh news for short ones.
INTERVAL_SHARE = 0.05
HEARTBEAT_INTERVAL = timedelta(seconds=3)
# A database that is away longer than this loses the run to another worker anyway.
PATIENCE = timedelta(minutes=10)


class RunRecorder:
    """
    Collects the events of one run and writes them as batches, results and context together.

    A batch is repeated until the database took it: `record_run_batch` is idempotent. `write` runs
    beside the engine; it raises `RunClaimedByAnotherWorkerError` or `RunAlreadyFinishedError` when
    the run is no longer ours, and `ContextLimitExceededError` when captures do not fit. `identity`
    names the run and its worker: {run_id, worker_id}. The database's answers tell whether somebody
    wants the run to end: then `control` is cancelled.
    """

    def __init__(
        self,
        service: Session,
        contexts: TestExecutionContextManager,
        clock: Clock,
        identity: Mapping[str, str],
        control: RunControl,
    ) -> None:
        self._service = service
        self._contexts = contexts
        self._clock = clock
        self._identity = identity
        self._control = control
        self._run_id = RunId(UUID(identity["run_id"]))
        self._started = clock.monotonic()
        self._results = Backlog()
        self._running: dict[tuple[str, int], Record] = {}
        self._total: int | None = None
        self._unanswered: Record | None = None
        self._changed = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._closed = asyncio.Event()

    async def record(self, event: Event) -> None:
        """Take one event; waits while the database lags so far behind that memory would suffer."""
        if isinstance(event, TestStarted):
            self._running[(event.key, event.iteration)] = to_running_test(event)
        elif isinstance(event, TestEnded):
            self._take_result(event)
        elif isinstance(event, RunStarted):
            self._total = event.total
        else:
            return
        self._changed.set()
        await self._has_room.wait()

    def close(self) -> None:
        """Say that no more events come: `write` ends once everything is committed."""
        self._closed.set()
        self._changed.set()

    async def write(self) -> None:
        """Write batches until closed and empty; without news, a heartbeat every few seconds."""
        while self._changed.is_set() or not self._closed.is_set():
            await _wait(self._changed, HEARTBEAT_INTERVAL.total_seconds())
            await self._write_batch(PATIENCE)
            if not self._results:
                await _wait(self._closed, self._measure_pause())

    async def save(self) -> None:
        """After `write` was cancelled: write what it left, as long as the service is patient."""
        while self._unanswered or self._changed.is_set():
            await self._write_batch()

    def _take_result(self, event: TestEnded) -> None:
        result = event.result
        self._running.pop((result.key, result.iteration), None)
        records = to_result_records(event)
        if result.attempts:
            self._results.add(EndedTest(records, self._collect_changes(result)))
        else:
            self._results.add(EndedTest(records))
        if self._results.is_full:
            self._has_room.clear()

    def _collect_changes(self, result: TestResult) -> ContextChanges:
        iteration = None if result.iteration_name is None else result.iteration
        return self._contexts.record_result(self._run_id, result.key, result.captured, iteration)

    async def _write_batch(self, patience: timedelta | None = None) -> None:
        # Whether a batch that was interrupted arrived is not known; it may be sent again.
        batch = self._unanswered = self._unanswered or self._take_batch()
        try:
            await self._send(batch, patience)
        except ContextLimitExceededError:
            # The results stand all the same.
            await self._send({**batch, "context": {}}, patience)
            raise
        self._unanswered = None
        if not self._results.is_full:
            self._has_room.set()

    def _take_batch(self) -> Record:
        ended = self._results.take_batch()
        if not self._results:
            self._changed.clear()
        changes = self._contexts.take_changes(self._run_id)
        for test in ended:
            changes.merge(test.changes)
        return {
            **self._identity,
            "total": self._total,
            "running_tests": list(self._running.values()),
            "results": [record for test in ended for record in test.records],
            "context": changes.to_document(),
        }

    async def _send(self, batch: Record, patience: timedelta | None) -> None:
        answer = await self._service.call(
            "record_run_batch", batch, idempotent=True, patience=patience
        )
        if answer["context_version"] is not None:
            await self._contexts.note_commit(self._run_id, answer["context_version"])
        if answer["cancel_requested"]:
            self._control.cancel()

    def _measure_pause(self) -> float:
        age = self._clock.monotonic() - self._started
        interval = max(SHORTEST_INTERVAL.total_seconds(), age * INTERVAL_SHARE)
        return min(interval, LONGEST_INTERVAL.total_seconds())


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
