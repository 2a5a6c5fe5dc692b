"""What members can do with deliveries."""

from pydantic import ValidationError

from app.core.errors import NotFoundError
from app.core.identifiers import DeliveryId, HookId
from app.db.conditions import any_of, at_least, before
from app.db.session import Session
from app.hooks.deliveries.schemas import Delivery, DeliveryPageRequest, DeliverySummary
from app.hooks.errors import DeliveryNotRepeatableError
from app.hooks.management.service import get_hook
from app.runs.queue import RunQueue
from app.runs.schemas import Run, RunStart
from app.runs.service import start_run
from app.web.pagination import Listing, Page

ORDER = ("received_at", "id")
SUMMARIES = Listing("hook_deliveries", DeliverySummary, order=ORDER)
DELIVERIES = Listing("hook_deliveries", Delivery, order=ORDER)


async def list_deliveries(
    session: Session, hook_id: HookId, page: DeliveryPageRequest
) -> Page[DeliverySummary]:
    """Return deliveries of a hook; raises `NotFoundError` or `InvalidCursorError`."""
    await get_hook(session, hook_id)
    return await SUMMARIES.select_page(
        session,
        page,
        sort=page.sort,
        hook_id=hook_id,
        outcome=(any_of(page.outcome),) if page.outcome else (),
        received_at=(
            *((at_least(page.received_since.isoformat()),) if page.received_since else ()),
            *((before(page.received_before.isoformat()),) if page.received_before else ()),
        ),
    )


async def get_delivery(session: Session, delivery_id: DeliveryId) -> Delivery:
    """Return a delivery with its content; raises `NotFoundError`."""
    row = await session.find(DELIVERIES.table, DELIVERIES.selected, id=delivery_id)
    if row is None:
        raise NotFoundError
    return Delivery.model_validate(row)


async def redeliver(session: Session, queue: RunQueue, delivery_id: DeliveryId) -> Run:
    """
    Start the run of a delivery again, in the name of the caller.

    Raises `DeliveryNotRepeatableError` for one that was never mapped to a run, and whatever
    refuses the start of a run.
    """
    delivery = await get_delivery(session, delivery_id)
    return await start_run(session, queue, _read_run(delivery), trigger="webhook")


def _read_run(delivery: Delivery) -> RunStart:
    if delivery.run_request is None:
        raise DeliveryNotRepeatableError
    metadata = {**delivery.run_request.get("metadata", {}), "redelivered": True}
    try:
        return RunStart.model_validate({**delivery.run_request, "metadata": metadata})
    except ValidationError as error:
        # An older release wrote it.
        raise DeliveryNotRepeatableError from error
