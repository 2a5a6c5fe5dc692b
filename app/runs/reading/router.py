"""Routes that read runs."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.auth.dependencies import UserSession
from app.core.errors import NotFoundError
from app.core.identifiers import RunId
from app.runs import service
from app.runs.schemas import Run, RunContext, RunPageRequest, RunParts
from app.runs.waiting.patience import CurrentPatience
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses

READING = problem_responses(NotFoundError, RequestInvalidError)

router = APIRouter(tags=["runs"])


@router.get(
    "/runs",
    responses=problem_responses(RequestInvalidError, InvalidCursorError),
    response_model_exclude_unset=True,
)
async def list_runs(session: UserSession, page: Annotated[RunPageRequest, Query()]) -> Page[Run]:
    """List the runs that you may see, newest first; of a project, an environment, a batch, ..."""
    return await service.list_runs(session, page)


@router.get("/runs/{run_id}", responses=READING, response_model_exclude_unset=True)
async def get_run(
    run_id: RunId,
    session: UserSession,
    parts: Annotated[RunParts, Query()],
    patience: CurrentPatience,
) -> Run:
    """
    Return one run with its counts so far.

    With `Prefer: wait=30` the answer comes when the run has finished, or after that time as it is
    then: `status` tells.
    """
    run = await service.get_run(session, run_id, parts.include)
    return await patience.follow(session, run, parts.include)


@router.get("/runs/{run_id}/context", responses=READING)
async def get_run_context(run_id: RunId, session: UserSession) -> RunContext:
    """Return what the tests of a run share; tokens and captures marked secret are masked."""
    return await service.get_context(session, run_id)
