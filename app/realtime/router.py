"""Routes of live events."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response, status
from fastapi.responses import StreamingResponse

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, CurrentPrincipal
from app.core.errors import NotFoundError
from app.core.identifiers import RunId
from app.realtime.responses import RunEventResponse
from app.realtime.service import RunEventService
from app.web.problems import problem_responses

_SEQ = re.compile(r"[0-9]{1,18}")

router = APIRouter(tags=["runs"])


def get_run_event_service(request: Request) -> RunEventService:
    """Return the service of this process."""
    state = request.app.state
    return RunEventService(state.run_event_relay, state.database)


@router.get(
    "/runs/{run_id}/events",
    summary="Follow a run live",
    # EventSourceResponse here would make FastAPI iterate over the function's answer itself.
    response_class=StreamingResponse,
    responses={
        200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}},
        **AUTHENTICATION_PROBLEMS,
        **problem_responses(NotFoundError),
        204: {"description": "The run is over and you have seen all of its events."},
    },
)
async def follow_run(
    run_id: UUID,
    principal: CurrentPrincipal,
    service: Annotated[RunEventService, Depends(get_run_event_service)],
    last_event_id: Annotated[
        str | None, Header(description="Resume after this event; without it a snapshot is sent.")
    ] = None,
) -> Response:
    """
    Stream a run as server-sent events, each exactly once and in order, until `run_completed`.

    The first event is a `snapshot` of the run with its results so far. Every later one is named by
    its type, its `id` is its sequence number and its data is the event. When the stream ends
    early, a `reconnect` event names the reason; connecting again with `Last-Event-ID` continues.
    """
    stream = await service.open_stream(principal, RunId(run_id), _parse_seq(last_event_id))
    if stream.is_empty:
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    return RunEventResponse(stream)


def _parse_seq(last_event_id: str | None) -> int | None:
    """An id that is not ours cannot be resumed after; the caller gets a snapshot."""
    return int(last_event_id) if last_event_id and _SEQ.fullmatch(last_event_id) else None
