"""One claimed run, from its plan to its end."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.contexts.manager import TestExecutionContextManager
from app.core.errors import InvalidError
from app.core.identifiers import RunId
from app.core.logging import get_logger
from app.db.session import Session
from app.engine import (
    Event,
    InvalidPlanError,
    Plan,
    ResultStatus,
    RunCompleted,
    RunControl,
    RunOptions,
    Transport,
    run,
)
from app.engine.document import Document
from app.runs.execution.recorder import PATIENCE, RunRecorder
from app.runs.execution.refusal import refuse_plan

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every run of this process is executed with."""

    service: Session
    contexts: TestExecutionContextManager
    transport: Transport
    options: RunOptions


class RunExecution:
    """A run that `worker_id` has claimed; `document` is what `get_run_plan` answered."""

    def __init__(self, workshop: Workshop, worker_id: str, document: Mapping[str, Any]) -> None:
        self._workshop = workshop
        self._document = document
        self._run_id = RunId(UUID(document["run"]["id"]))
        self._identity = {"run_id": str(self._run_id), "worker_id": worker_id}

    async def carry_out(self, control: RunControl) -> None:
        """
        Execute what has no result yet, record everything and finish the run.

        Raises an `ExceptionGroup`: of `AppError`s when the run was lost to another worker, the
        database stayed away or captures did not fit. Cancelling saves the results so far.
        """
        if self._document["run"]["cancel_requested_at"] is not None:
            control.cancel()
        await self._record(self._open_events(control), control)

    async def give_up(self, reason: str) -> None:
        """Finish the run with an error for every test that has no result."""
        # What the context still holds may be what the database refused.
        self.forget()
        problem = f"The run could not be carried out: {reason}"
        events = refuse_plan(self._document, problem, self._workshop.options.clock)
        await self._record(events, RunControl())

    async def release(self) -> None:
        """Let any worker claim the run."""
        await self._workshop.service.call("release_test_run", self._identity, idempotent=True)
        logger.info("run_released")

    def forget(self) -> None:
        """Drop what memory holds of the run."""
        self._workshop.contexts.clear(self._run_id)

    async def _record(self, events: AsyncGenerator[Event, None], control: RunControl) -> None:
        workshop = self._workshop
        recorder = RunRecorder(
            workshop.service, workshop.contexts, workshop.options.clock, self._identity, control
        )
        try:
            async with contextlib.aclosing(events), asyncio.TaskGroup() as tasks:
                tasks.create_task(recorder.write())
                status = await _record_all(events, recorder)
                recorder.close()
        except asyncio.CancelledError:
            # Whoever resumes the run must not repeat what has ended.
            await recorder.save()
            raise
        await self._finish(status)

    async def _open_events(self, control: RunControl) -> AsyncGenerator[Event, None]:
        """Yield the engine's events, or one error per test when the plan cannot be run at all."""
        workshop, document = self._workshop, self._document
        try:
            plan = Plan.from_document(document)
            options = workshop.options.adjust(Document(document["run"]["options"], "run.options"))
            context = await workshop.contexts.initialize(self._run_id, document, plan.dependencies)
        except (InvalidPlanError, InvalidError) as error:
            problem = f"The run could not be prepared: {error}"
            events = refuse_plan(document, problem, workshop.options.clock)
        else:
            recorded = _read_recorded(plan, document)
            events = run(plan, context.scope, workshop.transport, options, recorded, control)
        async with contextlib.aclosing(events):
            async for event in events:
                yield event

    async def _finish(self, status: str) -> None:
        request = {**self._identity, "status": status}
        finished = await self._workshop.service.call(
            "finish_test_run", request, idempotent=True, patience=PATIENCE
        )
        logger.info("run_finished", status=finished["status"], counts=finished["counts"])


async def _record_all(events: AsyncIterator[Event], recorder: RunRecorder) -> str:
    status = "failed"
    async for event in events:
        await recorder.record(event)
        if isinstance(event, RunCompleted):
            status = event.status
    return status


def _read_recorded(plan: Plan, document: Mapping[str, Any]) -> dict[tuple[str, int], ResultStatus]:
    keys = {test.test_case_id: test.key for test in plan.tests}
    return {
        (keys[result["test_case_id"]], result["iteration"]): ResultStatus(result["status"])
        for result in document["recorded"]
        if result["test_case_id"] in keys
    }
