"""Gives every request an id, a log line, and an answer even when our code fails."""

import re
import time
from typing import Final
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.database_use import begin_database_use
from app.core.logging import get_logger
from app.web.problems import render_unhandled

REQUEST_ID_HEADER: Final = "X-Request-ID"
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

logger = get_logger(__name__)


class RequestMiddleware:
    """Takes over the caller's request id or makes one, returns it, and logs under it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await _Exchange(scope, send, request_id).serve(self._app, receive)


class _Exchange:
    """One request and its response."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._status: int | None = None
        self._database_use = begin_database_use()

    async def serve(self, app: ASGIApp, receive: Receive) -> None:
        started = time.perf_counter()
        try:
            await app(self._scope, receive, self._send_with_id)
        finally:
            self._log(round((time.perf_counter() - started) * 1000, 2))

    async def _send_with_id(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID_HEADER] = self._request_id
        await self._send(message)

    def _log(self, milliseconds: float) -> None:
        logger.info(
            "request_served",
            method=self._scope["method"],
            path=self._scope["path"],
            status=self._status,
            duration_ms=milliseconds,
            database_requests=self._database_use.requests,
            database_ms=round(self._database_use.milliseconds, 2),
        )


class CrashMiddleware:
    """Answers for our code when it fails; what is around it treats that as any other answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception:
            logger.exception("request_crashed", path=scope["path"])
            # Once a response has begun, only the server can still end the connection.
            if has_begun:
                raise
            await render_unhandled(scope["state"]["request_id"])(scope, receive, send)


def _request_id(scope: Scope) -> str:
    offered = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return offered if _ACCEPTABLE_ID.fullmatch(offered) else uuid4().hex
