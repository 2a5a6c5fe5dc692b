"""Executes runs: claims each, carries it out, and leaves none without an end."""

import asyncio
from uuid import UUID

import structlog

from app.core.errors import NotFoundError, UnavailableError
from app.core.identifiers import RunId, create_identifier
from app.core.logging import get_logger
from app.db.errors import (
    ContextLimitExceededError,
    RunAlreadyFinishedError,
    RunClaimedByAnotherWorkerError,
)
from app.engine import RunControl
from app.runs.execution.recorder import PATIENCE
from app.runs.execution.run_execution import RunExecution, Workshop

# Heartbeats come every three seconds; a run without one for this long has lost its worker.
STALE_AFTER_SECONDS = 10
INTERNAL_ERROR = "the service met an error of its own; its log tells more."

logger = get_logger(__name__)


class RunExecutor:
    """Executes runs with the rights of the service; many at once in one event loop."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._executing: set[RunId] = set()

    async def execute(self, run_id: RunId, control: RunControl) -> None:
        """
        Execute what a run has left to do, and finish it; nothing if a worker has it already.

        `control` cancels the run, which is then recorded to its end. Cancelling the task instead
        hands the run back with the results so far: another worker resumes it.
        """
        with structlog.contextvars.bound_contextvars(run_id=str(run_id)):
            # After an outage of the database our own runs look abandoned to everybody.
            if run_id in self._executing:
                logger.info("run_executes_already")
                return
            self._executing.add(run_id)
            try:
                await self._execute(run_id, control)
            finally:
                self._executing.discard(run_id)

    async def find_abandoned(self) -> list[RunId]:
        """Return the runs that nobody works on although they are not finished."""
        request = {"stale_after_seconds": STALE_AFTER_SECONDS}
        answer = await self._workshop.service.call("find_runs_to_resume", request, idempotent=True)
        run_ids = [RunId(UUID(run_id)) for run_id in answer["run_ids"]]
        return [run_id for run_id in run_ids if run_id not in self._executing]

    async def _execute(self, run_id: RunId, control: RunControl) -> None:
        execution = await self._claim(run_id)
        if execution is None:
            logger.info("run_not_claimed")
            return
        try:
            await _carry_out(execution, control)
        except asyncio.CancelledError:
            await execution.release()
            raise
        except Exception as error:
            # Resuming would meet the same error for ever; its tests say that it happened.
            await execution.give_up(_explain(error))
            raise
        finally:
            execution.forget()

    async def _claim(self, run_id: RunId) -> RunExecution | None:
        worker_id = str(create_identifier())
        request = {
            "run_id": str(run_id),
            "worker_id": worker_id,
            "stale_after_seconds": STALE_AFTER_SECONDS,
        }
        try:
            document = await self._workshop.service.call(
                "get_run_plan", request, idempotent=True, patience=PATIENCE
            )
        except NotFoundError:
            # It was cancelled and deleted while it waited.
            return None
        claimed = document["run"]["claimed"]
        return RunExecution(self._workshop, worker_id, document) if claimed else None


async def _carry_out(execution: RunExecution, control: RunControl) -> None:
    try:
        await execution.carry_out(control)
    except* (
        RunClaimedByAnotherWorkerError,
        RunAlreadyFinishedError,
        NotFoundError,
        UnavailableError,
    ):
        # Another worker has the run, has even finished it, or will resume it when the database is back.
        logger.warning("run_lost", exc_info=True)


def _explain(error: Exception) -> str:
    match error:
        case ExceptionGroup(exceptions=[ContextLimitExceededError() as refusal]):
            return f"{refusal.detail}."
        case _:
            return INTERNAL_ERROR
