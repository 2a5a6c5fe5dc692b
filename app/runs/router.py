"""Routes of runs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, status

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import RunId
from app.db.errors import NoTestsSelectedError
from app.runs import service
from app.runs.queue import RunQueue
from app.runs.schemas import Result, Run, RunContext, RunStart, TimelineEntry
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

router = APIRouter(prefix="/runs", tags=["runs"], responses=AUTHENTICATION_PROBLEMS)

_READ_PROBLEMS = (NotFoundError, RequestInvalidError)
_WRITE_PROBLEMS = (*_READ_PROBLEMS, ForbiddenError)


def get_run_queue(request: Request) -> RunQueue:
    """Return the queue of this process."""
    return request.app.state.run_queue


Queue = Annotated[RunQueue, Depends(get_run_queue)]


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(*_WRITE_PROBLEMS, NoTestsSelectedError),
)
async def start_run(start: RunStart, session: UserSession, queue: Queue, response: Response) -> Run:
    """Start a run; follow it at its `Location`, live at `Location` + `/events`."""
    run = await service.start_run(session, queue, start)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return run


@router.get("/{run_id}", responses=problem_responses(*_READ_PROBLEMS))
async def get_run(run_id: RunId, session: UserSession) -> Run:
    """Return one run with its counts so far."""
    return await service.get_run(session, run_id)


@router.get("/{run_id}/results", responses=problem_responses(*_READ_PROBLEMS, InvalidCursorError))
async def list_results(
    run_id: RunId, session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[Result]:
    """List the results of a run in the order they ended, every attempt with its evidence."""
    return await service.list_results(session, run_id, page)


@router.get("/{run_id}/timeline", responses=problem_responses(*_READ_PROBLEMS, InvalidCursorError))
async def list_timeline(
    run_id: RunId, session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[TimelineEntry]:
    """List when and why each test of a run did what, for a Gantt view."""
    return await service.list_timeline(session, run_id, page)


@router.get("/{run_id}/context", responses=problem_responses(*_READ_PROBLEMS))
async def get_run_context(run_id: RunId, session: UserSession) -> RunContext:
    """Return what the tests of a run share; tokens and captures marked secret are masked."""
    return await service.get_context(session, run_id)


@router.post(
    "/{run_id}/cancel",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(*_WRITE_PROBLEMS),
)
async def cancel_run(run_id: RunId, session: UserSession, queue: Queue) -> Run:
    """Stop a run: requests in flight are aborted, tests without a result are skipped."""
    return await service.cancel_run(session, queue, run_id)
