"""Routes of results."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.auth.dependencies import UserSession
from app.core.errors import NotFoundError
from app.core.identifiers import ResultId, RunId
from app.runs.results import service
from app.runs.results.schemas import (
    AttemptPageRequest,
    Result,
    ResultPageRequest,
    TimelineEntry,
)
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)

router = APIRouter(tags=["results"])


@router.get("/runs/{run_id}/results", responses=LISTING, response_model_exclude_unset=True)
async def list_results(
    run_id: RunId, session: UserSession, page: Annotated[ResultPageRequest, Query()]
) -> Page[Result]:
    """
    List the results of a run in the order they ended, one for each attempt.

    The evidence comes with `include`: what was sent and received, and what was asserted.
    """
    return await service.list_results(session, run_id, page)


@router.get("/runs/{run_id}/timeline", responses=LISTING)
async def list_timeline(
    run_id: RunId, session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[TimelineEntry]:
    """List when and why each test of a run did what, for a Gantt view."""
    return await service.list_timeline(session, run_id, page)


@router.get("/results/{result_id}", responses=READING)
async def get_result(result_id: ResultId, session: UserSession) -> Result:
    """Return one attempt with everything that is known of it."""
    return await service.get_result(session, result_id)


@router.get("/results/{result_id}/attempts", responses=LISTING, response_model_exclude_unset=True)
async def list_attempts(
    result_id: ResultId, session: UserSession, page: Annotated[AttemptPageRequest, Query()]
) -> Page[Result]:
    """List all attempts of the test and iteration that a result is of, itself included."""
    return await service.list_attempts(session, result_id, page)
