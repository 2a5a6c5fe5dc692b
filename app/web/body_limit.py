"""Refuses bodies that are too large, announced or not."""

import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.errors import BodyTooLargeError
from app.web.problems import render_problem


class BodyLimitMiddleware:
    """
    Answers 413 once a request body exceeds `limit` bytes.

    `limits` are those of paths that match a pattern as a whole.
    """

    def __init__(
        self, app: ASGIApp, limit: int, limits: Mapping[re.Pattern[str], int] | None = None
    ) -> None:
        self._app = app
        self._limit = limit
        self._limits = limits or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._find_limit(scope["path"])
        if _announces_more(scope, limit):
            error = BodyTooLargeError(f"The limit is {limit} bytes.")
            await render_problem(error, scope["state"]["request_id"])(scope, receive, send)
        else:
            await self._app(scope, _count(receive, limit), send)

    def _find_limit(self, path: str) -> int:
        own = (limit for pattern, limit in self._limits.items() if pattern.fullmatch(path))
        return next(own, self._limit)


def _announces_more(scope: Scope, limit: int) -> bool:
    announced = Headers(scope=scope).get("content-length", "")
    return announced.isdigit() and int(announced) > limit


def _count(receive: Receive, limit: int) -> Receive:
    received = 0

    async def receive_counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            # The framework lets only its own exception pass while it reads a body.
            raise HTTPException(BodyTooLargeError.status)
        return message

    return receive_counted
