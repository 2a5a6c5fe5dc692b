"""Refuses bodies that are too large, announced or not."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.errors import BodyTooLargeError
from app.web.problems import render_problem


class BodyLimitMiddleware:
    """Answers 413 once a request body exceeds `limit` bytes."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._announces_too_much(scope):
            error = BodyTooLargeError(f"The limit is {self._limit} bytes.")
            await render_problem(error, scope["state"]["request_id"])(scope, receive, send)
        else:
            await self._app(scope, self._count(receive), send)

    def _announces_too_much(self, scope: Scope) -> bool:
        announced = Headers(scope=scope).get("content-length", "")
        return announced.isdigit() and int(announced) > self._limit

    def _count(self, receive: Receive) -> Receive:
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                # The framework lets only its own exception pass while it reads a body.
                raise HTTPException(BodyTooLargeError.status)
            return message

        return receive_counted
