"""Routes that start, repeat and cancel runs."""

from typing import Any

from fastapi import APIRouter, status

from app.auth.dependencies import UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import RunId
from app.db.errors import NoTestsSelectedError, RunNotFinishedError, SelectedTestNotFoundError
from app.runs import service
from app.runs.dependencies import CurrentRunQueue
from app.runs.schemas import RerunRequest, Run, RunStart
from app.runs.waiting.patience import CurrentPatience
from app.web.errors import RequestInvalidError
from app.web.problems import problem_responses

WRITING = (NotFoundError, ForbiddenError, RequestInvalidError)
STARTED: dict[int | str, dict[str, Any]] = {
    201: {"model": Run, "description": "The run has finished while the request waited."},
    202: {"description": "The run is queued; follow it at `Location`."},
}

router = APIRouter(tags=["runs"])


@router.post(
    "/runs",
    status_code=status.HTTP_202_ACCEPTED,
    responses={
        **STARTED,
        **problem_responses(*WRITING, SelectedTestNotFoundError, NoTestsSelectedError),
    },
    response_model_exclude_unset=True,
)
async def start_run(
    start: RunStart, session: UserSession, queue: CurrentRunQueue, patience: CurrentPatience
) -> Run:
    """
    Start a run; follow it at its `Location`, live at `Location` + `/events`.

    With `Prefer: wait=30` the answer comes when the run has finished, or after that time.
    """
    run = await service.start_run(session, queue, start)
    return await patience.follow_created(session, run)


@router.post(
    "/runs/{run_id}/rerun",
    status_code=status.HTTP_202_ACCEPTED,
    responses={
        **STARTED,
        **problem_responses(*WRITING, RunNotFinishedError, NoTestsSelectedError),
    },
    response_model_exclude_unset=True,
)
async def rerun_run(
    run_id: RunId,
    rerun: RerunRequest,
    session: UserSession,
    queue: CurrentRunQueue,
    patience: CurrentPatience,
) -> Run:
    """
    Repeat the tests of a finished run, or those that failed, as they are now.

    The new run has the environment, variables, options and metadata of the other one and names it
    in `rerun_of`. `Prefer: wait=30` works as for the start of a run.
    """
    run = await service.rerun_run(session, queue, run_id, rerun)
    return await patience.follow_created(session, run)


@router.post(
    "/runs/{run_id}/cancel",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(*WRITING),
    response_model_exclude_unset=True,
)
async def cancel_run(run_id: RunId, session: UserSession, queue: CurrentRunQueue) -> Run:
    """Stop a run: requests in flight are aborted, tests without a result are skipped."""
    return await service.cancel_run(session, queue, run_id)
