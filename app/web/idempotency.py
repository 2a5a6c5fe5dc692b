"""`Idempotency-Key`: a request that is sent twice is carried out once and answered alike."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import AppError
from app.core.logging import get_logger
from app.web.errors import RequestInvalidError
from app.web.problems import refuse_as, render_problem

HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotent-Replayed"
MAXIMUM_KEY_CHARACTERS: Final = 255

logger = get_logger(__name__)


@dataclass(slots=True)
class KeptAnswer:
    """An answer as it was sent; only of success, so that whatever failed may be tried again."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class KeyStore(Protocol):
    """The keys of one caller."""

    async def claim(self, key: str, fingerprint: str) -> KeptAnswer | None:
        """
        Claim a key, or return what was answered under it.

        Raises `IdempotencyKeyInUseError` or `IdempotencyKeyReusedError`.
        """
        ...

    async def keep(self, key: str, fingerprint: str, answer: KeptAnswer) -> None:
        """Keep the answer for whoever repeats the request."""
        ...

    async def release(self, key: str, fingerprint: str) -> None:
        """Forget the key: nothing was done under it."""
        ...


# Tells whose keys they are; none for a caller who is not known, whom the routes will refuse.
OpenKeyStore = Callable[[Scope], Awaitable[KeyStore | None]]


class IdempotencyMiddleware:
    """Looks at POST requests that carry a key; their bodies are read before they go on."""

    def __init__(self, app: ASGIApp, open_store: OpenKeyStore) -> None:
        self._app = app
        self._open_store = open_store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        key = _find_key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        try:
            await self._serve(scope, receive, send, key)
        except AppError as error:
            await render_problem(error, scope["state"]["request_id"])(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, key: str) -> None:
        if not key or len(key) > MAXIMUM_KEY_CHARACTERS or not key.isprintable():
            message = f"{HEADER}: 1 to {MAXIMUM_KEY_CHARACTERS} printable characters are needed"
            raise RequestInvalidError(message, field=HEADER)
        store = await self._open_store(scope)
        if store is None:
            await self._app(scope, receive, send)
            return
        messages = await _read_body(receive)
        fingerprint = _make_fingerprint(scope, messages)
        kept = await store.claim(key, fingerprint)
        if kept is not None:
            await _replay(kept, send)
            return
        recording = _Recording(messages, receive, send)
        try:
            await self._app(scope, recording.receive, recording.send)
        finally:
            await _settle(store, key, fingerprint, recording.answer)
        await recording.deliver()


class _Recording:
    """Gives the body again, and holds the answer back until it is kept."""

    def __init__(self, messages: list[Message], receive: Receive, send: Send) -> None:
        self._messages = iter(messages)
        self._receive = receive
        self._send = send
        self._sent: list[Message] = []
        self.answer = KeptAnswer()

    async def receive(self) -> Message:
        return next(self._messages, None) or await self._receive()

    async def send(self, message: Message) -> None:
        self._sent.append(message)
        if message["type"] == "http.response.start":
            self.answer.status = message["status"]
            self.answer.headers = dict(Headers(raw=message["headers"]).items())
        else:
            self.answer.body += message.get("body", b"")

    async def deliver(self) -> None:
        for message in self._sent:
            await self._send(message)


async def _settle(store: KeyStore, key: str, fingerprint: str, answer: KeptAnswer) -> None:
    try:
        if answer.is_success:
            await store.keep(key, fingerprint, answer)
        else:
            await store.release(key, fingerprint)
    except AppError:
        # The request was carried out, and its caller must hear that.
        logger.warning("idempotency_key_not_settled", exc_info=True)


def _find_key(scope: Scope) -> str | None:
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    return Headers(scope=scope).get(HEADER)


async def _read_body(receive: Receive) -> list[Message]:
    try:
        messages = [await receive()]
        while messages[-1].get("more_body", False):
            messages.append(await receive())
    except HTTPException as error:  # the one that the limits of bodies raise
        raise refuse_as(error) from error
    return messages


def _make_fingerprint(scope: Scope, messages: list[Message]) -> str:
    digest = hashlib.sha256(f"{scope['path']}?{scope['query_string'].decode('latin-1')}\n".encode())
    for message in messages:
        digest.update(message.get("body", b""))
    return digest.hexdigest()


async def _replay(kept: KeptAnswer, send: Send) -> None:
    start: dict[str, object] = {"type": "http.response.start", "status": kept.status, "headers": []}
    _restore(MutableHeaders(scope=start), kept.headers)
    await send(start)
    await send({"type": "http.response.body", "body": kept.body})


def _restore(headers: MutableHeaders, kept: Mapping[str, str]) -> None:
    for name, value in kept.items():
        headers[name] = value
    headers[REPLAYED_HEADER] = "true"
