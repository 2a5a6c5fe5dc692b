"""Routes that correct and delete runs."""

from fastapi import APIRouter, status

from app.auth.dependencies import UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import RunId
from app.db.errors import RunNotFinishedError
from app.runs import service
from app.runs.schemas import Run, RunUpdate
from app.web.entity_tags import IfMatch
from app.web.errors import PreconditionFailedError, RequestInvalidError
from app.web.problems import problem_responses

CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)

router = APIRouter(tags=["runs"])


@router.patch(
    "/runs/{run_id}", responses=problem_responses(*CHANGING), response_model_exclude_unset=True
)
async def update_run(
    run_id: RunId, changes: RunUpdate, session: UserSession, precondition: IfMatch
) -> Run:
    """
    Correct what a run says of itself, also while it goes on; editors may.

    `metadata` is replaced as a whole. With every batch of results a run that goes on gets another
    `ETag`, so send `If-Match` for runs that have ended.
    """
    return await service.update_run(session, run_id, changes, precondition)


@router.delete(
    "/runs/{run_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING, RunNotFinishedError),
)
async def delete_run(run_id: RunId, session: UserSession, precondition: IfMatch) -> None:
    """
    Delete a run that has ended; needs the role admin.

    Its results, events and context go with it, and so does its part in the history of its tests.
    Runs that repeat it, its batch and deliveries of hooks stay.
    """
    await service.delete_run(session, run_id, precondition)
