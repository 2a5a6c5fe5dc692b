"""Where batches are kept: as what their runs have in common."""

from app.core.identifiers import BatchId
from app.db.session import Session
from app.runs.batches.schemas import Batch, BatchStart
from app.runs.schemas import Trigger


async def start(session: Session, start: BatchStart, trigger: Trigger) -> Batch:
    """Create a pending run in each environment, or none."""
    request = {**start.model_dump(mode="json", exclude_none=True), "trigger": trigger}
    return Batch.model_validate(await session.call("start_test_run_batch", request))


async def find(session: Session, batch_id: BatchId) -> Batch | None:
    """Return the batch if the caller may see runs of it."""
    answer = await session.call("get_test_run_batch", {"batch_id": str(batch_id)}, idempotent=True)
    return None if answer is None else Batch.model_validate(answer)


async def cancel(session: Session, batch_id: BatchId) -> Batch | None:
    """Note that the unfinished runs of a batch are to end; raises `ForbiddenError`."""
    answer = await session.call("cancel_test_run_batch", {"batch_id": str(batch_id)})
    return None if answer is None else Batch.model_validate(answer)
