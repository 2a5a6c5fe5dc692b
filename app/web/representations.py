"""What every JSON answer gets: an entity tag, `304` for who knows it already, and `Link`."""

from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.entity_tags import is_listed, make_entity_tag

TAGGED_STATUSES: Final = frozenset({200, 201})
NOT_MODIFIED: Final = 304
# Headers about a content that a 304 does not have.
CONTENT_HEADERS: Final = ("content-length", "content-type")


class RepresentationMiddleware:
    """Looks at complete JSON answers only; streams pass through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(scope, send).take)


class _Answer:
    """One answer, held back until its body is complete if it is a representation."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._place(message)
        if message["type"] == "http.response.start" and _is_representation(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    def _place(self, start: Message) -> None:
        """Make `Location` hold for callers behind a proxy that serves us under a prefix."""
        headers = MutableHeaders(scope=start)
        prefix = self._scope.get("root_path", "")
        if prefix and headers.get("location", "").startswith("/"):
            headers["Location"] = prefix + headers["Location"]

    async def _finish(self, start: Message) -> None:
        document = orjson.loads(self._body)
        tag = make_entity_tag(document)
        headers = MutableHeaders(scope=start)
        headers["ETag"] = tag
        if link := _find_next(self._scope, document):
            headers["Link"] = link
        if self._is_known(start, tag):
            start["status"] = NOT_MODIFIED
            for name in CONTENT_HEADERS:
                del headers[name]
            self._body.clear()
        await self._send(start)
        await self._send({"type": "http.response.body", "body": bytes(self._body)})

    def _is_known(self, start: Message, tag: str) -> bool:
        known = ",".join(Headers(scope=self._scope).getlist("if-none-match"))
        return self._scope["method"] == "GET" and start["status"] == 200 and is_listed(tag, known)


def _is_representation(start: Message) -> bool:
    content_type = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] in TAGGED_STATUSES and content_type.startswith("application/json")


def _find_next(scope: Scope, document: Any) -> str | None:
    """Return the `Link` to the next piece of a list (RFC 8288), relative to the service."""
    page = cast("dict[str, object]", document) if isinstance(document, dict) else {}
    cursor = page.get("next_cursor")
    if not isinstance(cursor, str) or scope["method"] != "GET":
        return None
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    wanted = [(name, value) for name, value in query if name != "cursor"]
    return f'<{scope["path"]}?{urlencode([*wanted, ("cursor", cursor)])}>; rel="next"'
