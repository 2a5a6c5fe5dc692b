"""Routes of live events."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response, WebSocket, status
from fastapi.responses import StreamingResponse

from app.auth.dependencies import (
    AUTHENTICATION_ERRORS,
    AUTHENTICATION_PROBLEMS,
    CurrentPrincipal,
)
from app.auth.principal import Principal
from app.core.errors import NotFoundError
from app.realtime.dependencies import LONGEST_TICKET, CurrentEventService, CurrentViewer
from app.realtime.errors import (
    InvalidTicketError,
    RelayClosedError,
    RelayFullError,
    TooManyConnectionsError,
)
from app.realtime.responses import EventStreamResponse
from app.realtime.schemas import StreamTicket
from app.realtime.service import EventService
from app.realtime.sockets import serve_socket
from app.realtime.topics import TopicName
from app.web.problems import problem_responses

_SEQ = re.compile(r"[0-9]{1,18}")
_STREAM_PROBLEMS = problem_responses(
    *AUTHENTICATION_ERRORS,
    InvalidTicketError,
    NotFoundError,
    TooManyConnectionsError,
    RelayFullError,
    RelayClosedError,
)

_EVENTS: dict[str, Any] = {
    "description": "Server-sent events, as `docs/asyncapi.json` describes each.",
    "content": {
        "text/event-stream": {
            "schema": {"type": "string"},
            "example": 'event: run_started\nid: 1\ndata: {"version": 1, "type": "run_started", "seq": 1}\n\n',
        }
    },
}

router = APIRouter(tags=["realtime"])


async def find_resumption(
    header: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            description="Resume after this event; without it a snapshot is sent.",
        ),
    ] = None,
    query: Annotated[
        str | None,
        Query(alias="last_event_id", description="The same for who can send no headers."),
    ] = None,
) -> int | None:
    """Return the seq to resume after; an id that is not ours begins with a snapshot."""
    given = header or query
    return int(given) if given and _SEQ.fullmatch(given) else None


LastSeq = Annotated[int | None, Depends(find_resumption)]


@router.post(
    "/realtime/tickets",
    summary="Get a ticket for event streams",
    status_code=status.HTTP_201_CREATED,
    responses=AUTHENTICATION_PROBLEMS,
)
async def create_stream_ticket(
    principal: CurrentPrincipal, service: CurrentEventService
) -> StreamTicket:
    """
    Return a ticket that stands for your access token in the address of a stream, for one minute.

    The browser's `EventSource` can send no `Authorization` header. The stream ends with the
    access token; its automatic reconnects need a new ticket once the minute is over.
    """
    return StreamTicket.from_ticket(service.issue_ticket(principal))


@router.get(
    "/runs/{run_id}/events",
    summary="Follow a run live",
    # EventSourceResponse here would make FastAPI iterate over the function's answer itself.
    response_class=StreamingResponse,
    responses={
        **_STREAM_PROBLEMS,
        200: _EVENTS,
        204: {"description": "The run is over and you have seen all of its events."},
    },
)
async def follow_run(
    run_id: UUID, viewer: CurrentViewer, service: CurrentEventService, after_seq: LastSeq
) -> Response:
    """
    Stream a run as server-sent events, each exactly once and in order, until `run_completed`.

    The first event is a `snapshot` of the run with its results so far. Every later one is named by
    its type, its `id` is its sequence number and its data is the event. When the stream ends
    early, a `reconnect` event names the reason; connecting again with `Last-Event-ID` continues.
    """
    return await _follow(service, viewer, TopicName("run", run_id), after_seq)


@router.get(
    "/projects/{project_id}/events",
    summary="Follow a project live",
    response_class=StreamingResponse,
    responses={
        **_STREAM_PROBLEMS,
        200: _EVENTS,
    },
)
async def follow_project(
    project_id: UUID, viewer: CurrentViewer, service: CurrentEventService, after_seq: LastSeq
) -> Response:
    """
    Stream what happens in all runs of a project, and its notifications, as server-sent events.

    The first event is a `snapshot` with the unfinished runs and the newest ended ones. The rest is
    as in the stream of a run; sequence numbers are the project's own, and it never completes.
    """
    return await _follow(service, viewer, TopicName("project", project_id), after_seq)


@router.websocket("/realtime")
async def open_socket(
    websocket: WebSocket,
    service: CurrentEventService,
    ticket: Annotated[str | None, Query(max_length=LONGEST_TICKET)] = None,
) -> None:
    """Serve many topics on one socket; docs/realtime.md describes every message."""
    await serve_socket(websocket, service, ticket)


async def _follow(
    service: EventService, viewer: Principal, topic: TopicName, after_seq: int | None
) -> Response:
    stream = await service.open_stream(viewer, topic, after_seq)
    if stream.subscription.is_exhausted:
        stream.close()
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    return EventStreamResponse(stream)
