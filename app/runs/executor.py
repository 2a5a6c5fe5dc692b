"""Executes one run: claim, plan, context, engine, record, finish."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import structlog

from app.contexts.manager import TestExecutionContextManager
from app.core.errors import InvalidError
from app.core.identifiers import RunId, create_identifier
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
from app.runs.recorder import PATIENCE, RunRecorder
from app.runs.refusal import refuse_plan

_log = get_logger(__name__)

# Heartbeats come every three seconds; a run without one for this long has lost its worker.
STALE_AFTER_SECONDS = 10


class RunExecutor:
    """Executes runs with the rights of the service; many at once in one event loop."""

    def __init__(
        self,
        service: Session,
        contexts: TestExecutionContextManager,
        transport: Transport,
        options: RunOptions,
    ) -> None:
        self._service = service
        self._contexts = contexts
        self._transport = transport
        self._options = options

    async def execute(self, run_id: RunId, control: RunControl) -> None:
        """
        Execute what a run has left to do, and finish it; nothing if another worker has it.

        `control` cancels the run, which is then recorded to its end. Cancelling the task instead
        abandons the run as it is: another worker resumes it.
        """
        with structlog.contextvars.bound_contextvars(run_id=str(run_id)):
            worker_id = str(create_identifier())
            document = await self._claim(run_id, worker_id)
            if document is None:
                return
            if document["run"]["cancel_requested_at"] is not None:
                control.cancel()
            try:
                await self._execute_claimed(run_id, worker_id, document, control)
            finally:
                self._contexts.clear(run_id)

    async def find_abandoned(self) -> list[RunId]:
        """Return the runs that nobody works on although they are not finished."""
        request = {"stale_after_seconds": STALE_AFTER_SECONDS}
        answer = await self._service.call("find_runs_to_resume", request, idempotent=True)
        return [RunId(run_id) for run_id in answer["run_ids"]]

    async def _claim(self, run_id: RunId, worker_id: str) -> dict[str, Any] | None:
        request = {
            "run_id": str(run_id),
            "worker_id": worker_id,
            "stale_after_seconds": STALE_AFTER_SECONDS,
        }
        document = await self._service.call(
            "get_run_plan", request, idempotent=True, patience=PATIENCE
        )
        if document is None or not document["run"]["claimed"]:
            _log.info("run_not_claimed")
            return None
        return document

    async def _execute_claimed(
        self, run_id: RunId, worker_id: str, document: Mapping[str, Any], control: RunControl
    ) -> None:
        clock = self._options.clock
        recorder = RunRecorder(self._service, self._contexts, clock, run_id, worker_id)
        events = self._open_events(run_id, document, control)
        async with contextlib.aclosing(events), asyncio.TaskGroup() as tasks:
            tasks.create_task(recorder.write())
            status = await _record_all(events, recorder)
            recorder.close()
        await self._finish(run_id, worker_id, status)

    async def _open_events(
        self, run_id: RunId, document: Mapping[str, Any], control: RunControl
    ) -> AsyncGenerator[Event, None]:
        """Yield the engine's events, or one error per test when the plan cannot be run at all."""
        try:
            plan = Plan.from_document(document)
            context = await self._contexts.initialize(run_id, document, plan.dependencies)
        except InvalidPlanError as error:
            events = refuse_plan(document, str(error), self._options.clock)
        except InvalidError as error:
            events = refuse_plan(document, error.detail, self._options.clock)
        else:
            options = self._choose_options(document["run"]["options"])
            recorded = _read_recorded(plan, document)
            events = run(plan, context.scope, self._transport, options, recorded, control)
        async with contextlib.aclosing(events):
            async for event in events:
                yield event

    def _choose_options(self, wanted: Mapping[str, Any]) -> RunOptions:
        concurrency = wanted.get("concurrency") or self._options.concurrency
        return replace(self._options, concurrency=concurrency)

    async def _finish(self, run_id: RunId, worker_id: str, status: str) -> None:
        request = {"run_id": str(run_id), "worker_id": worker_id, "status": status}
        finished = await self._service.call(
            "finish_test_run", request, idempotent=True, patience=PATIENCE
        )
        _log.info("run_finished", status=finished["status"], counts=finished["counts"])


async def _record_all(events: AsyncIterator[Event], recorder: RunRecorder) -> str:
    status = "failed"
    async for event in events:
        await recorder.record(event)
        if isinstance(event, RunCompleted):
            status = event.status
    return status


def _read_recorded(plan: Plan, document: Mapping[str, Any]) -> dict[str, ResultStatus]:
    keys = {test.test_case_id: test.key for test in plan.tests}
    return {
        keys[result["test_case_id"]]: ResultStatus(result["status"])
        for result in document["recorded"]
        if result["test_case_id"] in keys
    }
