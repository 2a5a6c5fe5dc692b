"""Routes of batches."""

from fastapi import APIRouter, Response, status

from app.auth.dependencies import UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import BatchId
from app.db.errors import NoTestsSelectedError, SelectedTestNotFoundError
from app.runs.batches import service
from app.runs.batches.schemas import Batch, BatchStart
from app.runs.dependencies import CurrentRunQueue
from app.web.errors import RequestInvalidError
from app.web.problems import problem_responses

READING = (NotFoundError, RequestInvalidError)
WRITING = (*READING, ForbiddenError)

router = APIRouter(tags=["batches"])


@router.post(
    "/batches",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(*WRITING, SelectedTestNotFoundError, NoTestsSelectedError),
    response_model_exclude_unset=True,
)
async def start_batch(
    start: BatchStart, session: UserSession, queue: CurrentRunQueue, response: Response
) -> Batch:
    """Start the same tests in several environments, a run in each or in none."""
    batch = await service.start_batch(session, queue, start)
    response.headers["Location"] = f"/api/v1/batches/{batch.id}"
    return batch


@router.get(
    "/batches/{batch_id}",
    responses=problem_responses(*READING),
    response_model_exclude_unset=True,
)
async def get_batch(batch_id: BatchId, session: UserSession) -> Batch:
    """Return a batch with its runs and what they come to together."""
    return await service.get_batch(session, batch_id)


@router.post(
    "/batches/{batch_id}/cancel",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(*WRITING),
    response_model_exclude_unset=True,
)
async def cancel_batch(batch_id: BatchId, session: UserSession, queue: CurrentRunQueue) -> Batch:
    """Stop all runs of a batch that have not finished."""
    return await service.cancel_batch(session, queue, batch_id)
