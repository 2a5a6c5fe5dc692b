"""Bodies that are too large, too slow or compressed are refused; what nobody reads holds no connection."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import AppError
from app.web.errors import BodyTooLargeError, RequestTooSlowError, UnsupportedEncodingError
from app.web.problems import render_problem

PATIENCE_SECONDS: Final = 1.0
"""For what is still on its way when the answer is ready: who is cut off might not read it."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How many bytes a body may have, and how long it may take from the first to the last."""

    size: int
    timeout: timedelta


class RequestBodyMiddleware:
    """
    Answers 413, 408 or 415 for bodies beyond their limits or with a `Content-Encoding`.

    `exceptions` are the limits of paths that match a pattern as a whole. A connection whose request
    was answered before all of its body arrived is closed.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: BodyLimits,
        exceptions: Mapping[re.Pattern[str], BodyLimits] | None = None,
    ) -> None:
        self._app = app
        self._limits = limits
        self._exceptions = exceptions or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if not _announces_body(headers):
            await self._app(scope, receive, send)
            return
        limits = self._find_limits(scope)
        body = _Body(receive, send, limits, waits="100-continue" in headers.get("expect", ""))
        if refusal := _find_refusal(headers, limits):
            await render_problem(refusal, scope["state"]["request_id"])(scope, receive, body.send)
        else:
            await self._app(scope, body.receive, body.send)

    def _find_limits(self, scope: Scope) -> BodyLimits:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        own = (limits for pattern, limits in self._exceptions.items() if pattern.fullmatch(path))
        return next(own, self._limits)


def _announces_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _find_refusal(headers: Headers, limits: BodyLimits) -> AppError | None:
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limits.size:
        return BodyTooLargeError(f"The limit is {limits.size} bytes.")
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        return UnsupportedEncodingError()
    return None


class _Body:
    """The body of one request, and the answer that may come before its end."""

    def __init__(self, receive: Receive, send: Send, limits: BodyLimits, *, waits: bool) -> None:
        self._receive = receive
        self._send = send
        self._limits = limits
        # The sender begins when it is told to, and need not be.
        self._is_awaited = not waits
        self._deadline: float | None = None
        self._received = 0
        self._is_complete = False

    async def receive(self) -> Message:
        if self._is_complete:
            return await self._receive()
        self._is_awaited = True
        if self._deadline is None:
            now = asyncio.get_running_loop().time()
            self._deadline = now + self._limits.timeout.total_seconds()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._take()
        except TimeoutError as error:
            self._is_awaited = False
            # The framework lets only its own exception pass while it reads a body.
            raise HTTPException(RequestTooSlowError.status) from error
        if self._received > self._limits.size:
            raise HTTPException(BodyTooLargeError.status)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if not self._is_complete and self._received <= self._limits.size:
                await self._drop_rest()
            if not self._is_complete:
                MutableHeaders(scope=message)["Connection"] = "close"
        elif not self._is_complete and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._drop_rest()
            message = {"type": "http.response.body"}
        await self._send(message)

    async def _take(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        return message

    async def _drop_rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._is_awaited and not self._is_complete:
                    await self._take()
            return
        self._is_awaited = False
