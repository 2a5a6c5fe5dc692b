"""Passes requests on byte for byte, both bodies as streams."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDict
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send
from yarl import URL

from scripts.local_supabase.gateway.api_keys import ApiKeyRefusedError, RawHeaders
from scripts.local_supabase.gateway.responses import refuse_key, report_upstream

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
CORS_PREFIX = b"access-control-"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What goes upstream in place of the request's own path, query and headers."""

    target: bytes
    headers: RawHeaders


@dataclass(frozen=True, slots=True)
class ReverseProxy:
    """An ASGI application; `forward` decides what goes upstream or raises ApiKeyRefusedError."""

    name: str
    session: aiohttp.ClientSession
    upstream: str
    forward: Callable[[Scope], Forwarding]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            forwarding = self.forward(scope)
        except ApiKeyRefusedError as error:
            await refuse_key(error.message, error.hint)(scope, receive, send)
            return
        try:
            await self._exchange(Request(scope, receive), forwarding, send)
        except aiohttp.ClientConnectionError:
            await report_upstream(503, self.name, "cannot be reached")(scope, receive, send)
        except TimeoutError:
            await report_upstream(504, self.name, "did not answer in time")(scope, receive, send)
        except ClientDisconnect:
            return

    async def _exchange(self, request: Request, forwarding: Forwarding, send: Send) -> None:
        headers = CIMultiDict(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in forwarding.headers
            if name not in HOP_BY_HOP
        )
        async with self.session.request(
            request.method,
            URL(self.upstream + forwarding.target.decode("ascii"), encoded=True),
            headers=headers,
            data=_read_body(request) if _has_body(request) else None,
            allow_redirects=False,
        ) as response:
            await _send_response(response, send)


def _has_body(request: Request) -> bool:
    return (
        "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"
    )


async def _read_body(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


async def _send_response(response: aiohttp.ClientResponse, send: Send) -> None:
    headers = [
        (name.lower(), value)
        for name, value in response.raw_headers
        if name.lower() not in HOP_BY_HOP and not name.lower().startswith(CORS_PREFIX)
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    async for chunk in response.content.iter_any():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
