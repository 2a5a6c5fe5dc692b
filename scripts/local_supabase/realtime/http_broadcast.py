"""Broadcasts sent over HTTP: delivered at once, never stored."""

from typing import Any, cast

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scripts.local_supabase.keys import InvalidTokenError, KeyRing
from scripts.local_supabase.realtime.authorization import DatabaseUnavailableError, Identity
from scripts.local_supabase.realtime.broadcasts import Broadcast, Room
from scripts.local_supabase.realtime.hub import Hub
from scripts.local_supabase.realtime.json_documents import load_json

Message = tuple[Room, Broadcast]


class RequestRefusedError(Exception):
    """The request is answered with this status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def to_response(self) -> Response:
        """Render the answer."""
        return JSONResponse({"error": str(self)}, status_code=self.status)


class HttpBroadcast:
    """The two endpoints; each needs an API key, and a private topic the right to write to it."""

    def __init__(self, hub: Hub, keys: KeyRing) -> None:
        self._hub = hub
        self._keys = keys

    async def send_batch(self, request: Request) -> Response:
        """POST {"messages": [{"topic", "event", "payload", "private"}]}."""
        try:
            identity = self._identify(request)
            return await self._publish(identity, _parse_batch(await self._read_body(request)))
        except RequestRefusedError as refusal:
            return refusal.to_response()

    async def send_one(self, request: Request) -> Response:
        """POST the bare payload, JSON or bytes; topic and event are in the path."""
        try:
            identity = self._identify(request)
            message = _parse_one(request, await self._read_body(request))
            return await self._publish(identity, [message])
        except RequestRefusedError as refusal:
            return refusal.to_response()

    def _identify(self, request: Request) -> Identity:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        key_token = self._keys.resolve_api_key(request.headers.get("apikey") or bearer)
        if key_token is None:
            raise RequestRefusedError(401, "Invalid or missing API key")
        is_user = bearer and self._keys.resolve_api_key(bearer) is None
        try:
            return self._hub.authorizer.identify(bearer if is_user else key_token)
        except InvalidTokenError as error:
            raise RequestRefusedError(401, str(error)) from error

    async def _read_body(self, request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._hub.limits.payload_bytes:
                raise RequestRefusedError(413, "Payload size exceeds the limit")
        return bytes(body)

    async def _publish(self, identity: Identity, messages: list[Message]) -> Response:
        for room, broadcast in messages:
            if await self._is_write_allowed(identity, room):
                self._hub.registry.publish(room, broadcast)
        return Response(status_code=202)

    async def _is_write_allowed(self, identity: Identity, room: Room) -> bool:
        if not room.private or identity.role == "service_role":
            return True
        try:
            return await self._hub.authorizer.is_write_allowed(identity, room.topic, "broadcast")
        except DatabaseUnavailableError as error:
            raise RequestRefusedError(503, "The database cannot be reached") from error


def _parse_batch(body: bytes) -> list[Message]:
    document = _load_json(body)
    messages = (
        cast("dict[str, Any]", document).get("messages") if isinstance(document, dict) else None
    )
    if not isinstance(messages, list):
        raise RequestRefusedError(422, "messages must be a list")
    return [_parse_message(message) for message in cast("list[object]", messages)]


def _parse_message(message: object) -> Message:
    fields = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
    topic, event = fields.get("topic"), fields.get("event")
    if not isinstance(topic, str) or not topic or not isinstance(event, str):
        raise RequestRefusedError(422, "a message needs topic, event and payload")
    room = Room(topic, private=fields.get("private") is True)
    return room, Broadcast(topic, event, orjson.dumps(fields.get("payload")))


def _parse_one(request: Request, body: bytes) -> Message:
    topic, event = request.path_params["topic"], request.path_params["event"]
    is_binary = request.headers.get("content-type") == "application/octet-stream"
    if not is_binary:
        _load_json(body)
    room = Room(topic, private=request.query_params.get("private") == "true")
    return room, Broadcast(topic, event, body, is_binary=is_binary)


def _load_json(body: bytes) -> object:
    try:
        return load_json(body)
    except ValueError as error:
        raise RequestRefusedError(400, f"the body is not JSON: {error}") from error
