"""How a socket says for whom it speaks."""

import asyncio
from typing import Final

from starlette.websockets import WebSocket

from app.auth.principal import Principal
from app.core.errors import MissingTokenError
from app.realtime.errors import InvalidMessageError
from app.realtime.messages import Authenticate, parse_message
from app.realtime.service import EventService

SUBPROTOCOL: Final = "atp.v1"
BEARER_PREFIX: Final = "bearer."
PATIENCE_SECONDS: Final = 10
LONGEST_MESSAGE: Final = 32_768
"""Characters; an access token is the longest thing that clients have to say."""


async def accept(websocket: WebSocket) -> None:
    """Accept the socket, with our subprotocol if it is among those that the client speaks."""
    offered: list[str] = websocket.scope["subprotocols"]
    await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)


async def authenticate(
    websocket: WebSocket, service: EventService, ticket: str | None
) -> tuple[Principal, str | None]:
    """
    Return who speaks, by subprotocol, ticket or first message, and the `ref` of that message.

    Raises an `UnauthorizedError`, `InvalidMessageError`, or `WebSocketDisconnect`.
    """
    offered: list[str] = websocket.scope["subprotocols"]
    for name in offered:
        if name.startswith(BEARER_PREFIX):
            return await service.verifier.verify(name.removeprefix(BEARER_PREFIX)), None
    if ticket is not None:
        return await service.redeem_ticket(ticket), None
    message = await _receive_first(websocket)
    return await service.verifier.verify(message.token.get_secret_value()), message.ref


async def _receive_first(websocket: WebSocket) -> Authenticate:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            text = await websocket.receive_text()
    except TimeoutError as error:
        raise MissingTokenError from error
    except KeyError as error:
        detail = "Messages are text."
        raise InvalidMessageError(detail) from error
    message = parse_message(text[:LONGEST_MESSAGE])
    if not isinstance(message, Authenticate):
        raise MissingTokenError
    return message
