"""What a person can do with batches of runs."""

from app.core.errors import NotFoundError
from app.core.identifiers import BatchId
from app.db.session import Session
from app.runs.batches import repository
from app.runs.batches.schemas import Batch, BatchStart
from app.runs.queue import RunQueue
from app.runs.schemas import Trigger


async def start_batch(
    session: Session, queue: RunQueue, start: BatchStart, *, trigger: Trigger = "api"
) -> Batch:
    """
    Create a run in each environment, or none, and queue them.

    Raises `NotFoundError`, `ForbiddenError`, `SelectedTestNotFoundError` or `NoTestsSelectedError`.
    """
    batch = await repository.start(session, start, trigger)
    for run in batch.runs:
        await queue.enqueue(run.id)
    return batch


async def get_batch(session: Session, batch_id: BatchId) -> Batch:
    """Return the batch; raises `NotFoundError` when the caller sees no run of it."""
    batch = await repository.find(session, batch_id)
    if batch is None:
        raise NotFoundError
    return batch


async def cancel_batch(session: Session, queue: RunQueue, batch_id: BatchId) -> Batch:
    """
    Ask for the end of all its runs; finished ones stay as they are.

    Raises `NotFoundError` or `ForbiddenError`.
    """
    batch = await repository.cancel(session, batch_id)
    if batch is None:
        raise NotFoundError
    for run in batch.runs:
        if not run.is_finished:
            await queue.abort(run.id)
    return batch
