"""What every path has beside its own methods: HEAD where there is GET, and OPTIONS."""

import asyncio
from typing import Final, cast

from fastapi import FastAPI, Request
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON: Final = "application/json"
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def describe_methods(request: Request) -> dict[str, str]:
    """Return what `OPTIONS` tells of a path: all its methods, and what PATCH takes (RFC 5789, 3.1)."""
    methods = [method for method in _METHODS if _is_served(request, method)]
    reads = ["GET", "HEAD"] if "GET" in methods else []
    others = [method for method in methods if method != "GET"]
    headers = {"Allow": ", ".join([*reads, *others, "OPTIONS"])}
    return {**headers, "Accept-Patch": JSON} if "PATCH" in methods else headers


def _is_served(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    routes = cast("FastAPI", request.app).routes
    return any(route.matches(scope)[0] is Match.FULL for route in routes)


class HeadMiddleware:
    """Answers HEAD as GET, without the content."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        head = _Head(receive, send)
        await self._app({**scope, "method": "GET"}, head.receive, head.send)


class _Head:
    """The head of an answer; then the caller seems to be gone, which ends streams."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_sent = asyncio.Event()

    async def receive(self) -> Message:
        receiving = asyncio.ensure_future(self._receive())
        ending = asyncio.ensure_future(self._is_sent.wait())
        try:
            await asyncio.wait({receiving, ending}, return_when=asyncio.FIRST_COMPLETED)
            return {"type": "http.disconnect"} if self._is_sent.is_set() else receiving.result()
        finally:
            receiving.cancel()
            ending.cancel()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._send(message)
            await self._send({"type": "http.response.body"})
            self._is_sent.set()
