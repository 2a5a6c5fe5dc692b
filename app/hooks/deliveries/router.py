"""Routes of deliveries."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import DeliveryId, HookId
from app.db.errors import NoTestsSelectedError, SelectedTestNotFoundError
from app.hooks.deliveries import service
from app.hooks.deliveries.schemas import Delivery, DeliveryPageRequest, DeliverySummary
from app.hooks.errors import DeliveryNotRepeatableError
from app.runs.dependencies import CurrentRunQueue
from app.runs.schemas import Run
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses

READING = (NotFoundError, RequestInvalidError)

router = APIRouter(tags=["hooks"])


@router.get(
    "/hooks/{hook_id}/deliveries", responses=problem_responses(*READING, InvalidCursorError)
)
async def list_hook_deliveries(
    hook_id: HookId, session: UserSession, page: Annotated[DeliveryPageRequest, Query()]
) -> Page[DeliverySummary]:
    """List what came in at a hook, the newest first; it is kept for 30 days."""
    return await service.list_deliveries(session, hook_id, page)


@router.get("/hook-deliveries/{delivery_id}", responses=problem_responses(*READING))
async def get_hook_delivery(delivery_id: DeliveryId, session: UserSession) -> Delivery:
    """Return one delivery with its headers and payload, secrets masked."""
    return await service.get_delivery(session, delivery_id)


@router.post(
    "/hook-deliveries/{delivery_id}/redeliver",
    status_code=status.HTTP_202_ACCEPTED,
    response_model_exclude_unset=True,
    responses=problem_responses(
        *READING,
        ForbiddenError,
        DeliveryNotRepeatableError,
        NoTestsSelectedError,
        SelectedTestNotFoundError,
    ),
)
async def redeliver_hook_delivery(
    delivery_id: DeliveryId, session: UserSession, queue: CurrentRunQueue, response: Response
) -> Run:
    """Start the run of a delivery once more, in your own name."""
    run = await service.redeliver(session, queue, delivery_id)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return run
