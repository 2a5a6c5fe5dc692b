"""Many topics on one WebSocket."""

import asyncio
from collections import deque
from typing import Final, assert_never

from pydantic import BaseModel
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.auth.principal import Principal
from app.core.errors import AppError, InvalidTokenError
from app.core.logging import get_logger
from app.realtime.closing import CLOSE_CODES, FAILED, UNREADABLE, find_close_code
from app.realtime.connections import Connection
from app.realtime.errors import InvalidMessageError
from app.realtime.events import describe
from app.realtime.frames import encode_message
from app.realtime.handshake import LONGEST_MESSAGE, accept, authenticate
from app.realtime.messages import (
    Authenticate,
    Authenticated,
    ClientMessage,
    Ping,
    Pong,
    Refusal,
    Subscribe,
    Subscribed,
    Unsubscribe,
    Unsubscribed,
    parse_message,
)
from app.realtime.service import EventService
from app.realtime.subscription import Subscription
from app.realtime.topics import TopicName

MOST_ANSWERS: Final = 100
"""A client that does not read answers is not listened to."""
HEARTBEAT: Final = "[]"

logger = get_logger(__name__)


async def serve_socket(websocket: WebSocket, service: EventService, ticket: str | None) -> None:
    """Serve one socket from its handshake to its end."""
    await accept(websocket)
    try:
        with service.relay.connections.admitting():
            principal, ref = await authenticate(websocket, service, ticket)
        # Nobody comes in between: what was counted without a name makes room for itself.
        connection = service.relay.connect(principal, "websocket")
    except WebSocketDisconnect:
        return
    except InvalidMessageError as error:
        await websocket.close(UNREADABLE, error.code)
    except AppError as error:
        await websocket.close(find_close_code(error), error.code)
    else:
        await _SocketSession(websocket, service, connection).serve(ref)


class _SocketSession:
    """One task writes all that is due, another one reads what the client has to say."""

    def __init__(self, websocket: WebSocket, service: EventService, connection: Connection) -> None:
        self._websocket = websocket
        self._service = service
        self._relay = service.relay
        self._connection = connection
        self._answers: deque[str] = deque()
        self._has_room = asyncio.Event()
        self._close_code: int | None = None

    async def serve(self, ref: str | None) -> None:
        self._welcome(self._connection.principal, ref)
        reader = asyncio.create_task(self._read())
        is_abandoned = False
        try:
            is_abandoned = not await self._connection.serve(self._write_until_end())
        except WebSocketDisconnect:
            self._connection.end("gone")
        finally:
            reader.cancel()
            await asyncio.wait([reader])
            if is_abandoned:
                logger.warning("viewer_abandoned", path=self._websocket.url.path)
                gone = asyncio.create_task(_wait_until_gone(self._websocket))
                self._service.linger(self._connection, gone)
            else:
                self._service.release(self._connection, self._connection.ending)

    async def _write_until_end(self) -> None:
        while (reason := self._connection.ending) is None:
            if not await self._write_due():
                await self._connection.wait()
        if reason != "gone":
            await self._websocket.close(self._close_code or CLOSE_CODES[reason], reason)

    async def _write_due(self) -> bool:
        """Write what is due, and say whether it was anything."""
        is_active = await self._write_answers()
        for topic, subscription in tuple(self._connection.subscriptions.items()):
            is_active |= await self._write_topic(topic, subscription)
        if self._connection.is_heartbeat_due:
            await self._send(HEARTBEAT)
        return is_active

    async def _write_answers(self) -> bool:
        is_active = bool(self._answers)
        while self._answers:
            await self._send(self._answers.popleft())
        self._has_room.set()
        return is_active

    async def _write_topic(self, topic: TopicName, subscription: Subscription) -> bool:
        # It may have been opened or left while another topic was written: answers come first.
        await self._write_answers()
        is_followed = self._connection.subscriptions.get(topic) is subscription
        if not is_followed or not subscription.is_open:
            return False
        reason = subscription.find_end()
        if reason is not None:
            self._relay.unsubscribe(self._connection, topic)
            self._answer(topic, "unsubscribed", Unsubscribed(reason=reason, ref=None))
            return True
        frame = await subscription.take()
        if frame is None:
            return False
        await self._send(frame.message)
        self._service.metrics.record_delivery(frame, self._connection.sent_at)
        return True

    async def _send(self, text: str) -> None:
        # The server takes it for a mistake to write to a client that said goodbye.
        if self._connection.ending == "gone":
            return
        self._connection.begin_sending()
        await self._websocket.send_text(text)
        self._connection.end_sending()

    async def _read(self) -> None:
        try:
            while True:
                await self._wait_for_room()
                await self._handle(await self._websocket.receive_text())
        except WebSocketDisconnect:
            self._connection.end("gone")
        except KeyError:
            self._fail(UNREADABLE)
        except Exception:
            logger.exception("socket_failed")
            self._fail(FAILED)

    async def _wait_for_room(self) -> None:
        while len(self._answers) >= MOST_ANSWERS:
            self._has_room.clear()
            await self._has_room.wait()

    async def _handle(self, text: str) -> None:
        if len(text) > LONGEST_MESSAGE:
            self._fail(UNREADABLE)
            return
        ref: str | None = None
        try:
            message = parse_message(text)
            ref = message.ref
            await self._obey(message)
        except AppError as error:
            refusal = Refusal(code=error.code, detail=error.detail, ref=ref)
            self._answer(None, "error", refusal)

    async def _obey(self, message: ClientMessage) -> None:
        match message:
            case Ping():
                self._answer(None, "pong", Pong(ref=message.ref))
            case Authenticate():
                await self._renew(message)
            case Subscribe():
                topic = _parse_topic(message.topic)
                await self._relay.subscribe(self._connection, topic, message.after_seq)
                self._answer(topic, "subscribed", Subscribed(ref=message.ref))
            case Unsubscribe():
                topic = _parse_topic(message.topic)
                self._relay.unsubscribe(self._connection, topic)
                answer = Unsubscribed(reason="requested", ref=message.ref)
                self._answer(topic, "unsubscribed", answer)
            case _:
                assert_never(message)

    async def _renew(self, message: Authenticate) -> None:
        principal = await self._service.verifier.verify(message.token.get_secret_value())
        if principal.rights != self._connection.principal.rights:
            detail = "A socket speaks for one user, or one API token."
            raise InvalidTokenError(detail)
        self._connection.principal = principal
        await self._relay.check_access(self._connection)
        self._welcome(principal, message.ref)

    def _welcome(self, principal: Principal, ref: str | None) -> None:
        data = Authenticated(user_id=principal.user_id, expires_at=principal.expires_at, ref=ref)
        self._answer(None, "authenticated", data)

    def _answer(self, topic: TopicName | None, answer_type: str, data: BaseModel) -> None:
        envelope = describe(topic, answer_type, data, self._service.clock)
        self._answers.append(encode_message((envelope,)))
        self._connection.wake()

    def _fail(self, code: int) -> None:
        self._close_code = code
        self._connection.end("interrupted")


async def _wait_until_gone(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


def _parse_topic(text: str) -> TopicName:
    try:
        return TopicName.parse(text)
    except ValueError as error:
        detail = "topic: a topic is run:<id> or project:<id>"
        raise InvalidMessageError(detail) from error
