"""Compressed answers, and the entity tags that belong to them (RFC 9110, 8.8.3.3)."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.entity_tags import mark_compressed

MINIMUM_BYTES: Final = 1_000
LEVEL: Final = 5
"""The higher ones cost several times as much for a few percent."""


class CompressionMiddleware:
    """Compresses with gzip what is large enough, for who accepts it; streams of events pass."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = GZipMiddleware(app, minimum_size=MINIMUM_BYTES, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        known = headers.get("if-none-match", "")

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(message, known)
            await send(message)

        if not accepts_gzip(headers.get("accept-encoding", "")):
            plain = [(name, value) for name, value in headers.raw if name != b"accept-encoding"]
            scope = {**scope, "headers": plain}
        await self._app(scope, receive, send_marked)


def accepts_gzip(field: str) -> bool:
    """Say whether `Accept-Encoding` names gzip, and not as what is not wanted."""
    for entry in field.lower().split(","):
        coding, *parameters = (part.strip() for part in entry.split(";"))
        if coding == "gzip":
            return not any(part.replace(" ", "").strip("0.") == "q=" for part in parameters)
    return False


def _mark(start: Message, known: str) -> None:
    """Give what is compressed a tag of its own; a 304 names the one that the caller has."""
    headers = MutableHeaders(scope=start)
    tag = headers.get("etag")
    if tag is None:
        return
    marked = mark_compressed(tag)
    if headers.get("content-encoding") == "gzip" or (start["status"] == 304 and marked in known):
        headers["ETag"] = marked
