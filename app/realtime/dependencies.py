"""What the routes of live events declare."""

from typing import Annotated, Final

from fastapi import Depends, Query
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.requests import HTTPConnection

from app.auth.dependencies import bearer
from app.auth.principal import Principal
from app.core.errors import MissingTokenError
from app.realtime.service import EventService

LONGEST_TICKET: Final = 32_768


# Everything here is asynchronous: the framework gives what is not to threads, for each viewer.
async def get_event_service(connection: HTTPConnection) -> EventService:
    """Return the service of this process, to requests and sockets alike."""
    return connection.app.state.event_service


CurrentEventService = Annotated[EventService, Depends(get_event_service)]


async def get_viewer(
    service: CurrentEventService,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ticket: Annotated[
        str | None,
        Query(description="A ticket, for who can send no headers.", max_length=LONGEST_TICKET),
    ] = None,
) -> Principal:
    """Return the caller, known by an access token or a ticket; raises an `UnauthorizedError`."""
    if credentials is not None:
        return await service.verifier.verify(credentials.credentials)
    if ticket is None:
        raise MissingTokenError
    return await service.redeem_ticket(ticket)


CurrentViewer = Annotated[Principal, Depends(get_viewer)]
