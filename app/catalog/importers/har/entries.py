"""Reads the requests and answers of a recording, whatever is in their place."""

import base64
import binascii
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import orjson

from app.engine.json_values import MAXIMUM_DEPTH, JsonObject, JsonValue, get_depth

MAXIMUM_BODY_CHARACTERS: Final = 2_000_000
MOST_PARAMETERS: Final = 1_000

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Entry:
    """One request with its answer; `place` is where in the recording."""

    place: str
    method: str
    origin: str
    path: str
    query: Pairs
    headers: Pairs
    cookies: Pairs
    body: JsonObject
    status: int
    answer_headers: Pairs
    answer: JsonObject
    resource_type: str

    @property
    def answer_type(self) -> str:
        """Return the media type of the answer without parameters, in lower case."""
        return to_media_type(get_text(self.answer, "mimeType"))

    @property
    def body_type(self) -> str:
        """Return the media type of what was sent."""
        return to_media_type(get_text(self.body, "mimeType"))

    @cached_property
    def answer_json(self) -> JsonValue:
        """The answer as JSON; None when it is none."""
        text = get_text(self.answer, "text")
        if "json" not in self.answer_type or len(text) > MAXIMUM_BODY_CHARACTERS:
            return None
        if get_text(self.answer, "encoding") == "base64":
            try:
                text = base64.b64decode(text, validate=True).decode()
            except (binascii.Error, ValueError):
                return None
        return parse_json(text)

    @cached_property
    def body_json(self) -> JsonValue:
        """What was sent as JSON; None when it is none."""
        return parse_json(get_text(self.body, "text")) if "json" in self.body_type else None

    def find_header(self, name: str) -> str | None:
        """Return the value of a header that was sent, by its name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def read_entry(value: JsonValue, place: str) -> Entry | None:
    """Return the entry, or None when it has no request over HTTP."""
    if not isinstance(value, dict):
        return None
    request, response = _get_object(value, "request"), _get_object(value, "response")
    url = get_text(request, "url")
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    status = response.get("status")
    headers = _read_pairs(request.get("headers"))
    return Entry(
        place=place,
        method=get_text(request, "method").upper(),
        origin=origin,
        path=parts.path or "/",
        query=_read_query(parts.query),
        headers=headers,
        cookies=_read_pairs(request.get("cookies")) or _read_cookies(headers),
        body=_get_object(request, "postData"),
        status=status if isinstance(status, int) and not isinstance(status, bool) else 0,
        answer_headers=_read_pairs(response.get("headers")),
        answer=_get_object(response, "content"),
        resource_type=get_text(value, "_resourceType").lower(),
    )


def get_text(parent: JsonObject, name: str) -> str:
    """Return the text under a name; an empty one when there is none."""
    value = parent.get(name)
    return value if isinstance(value, str) else ""


def to_media_type(content_type: str) -> str:
    """Return `application/json` for `application/json; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()


def parse_json(text: str) -> JsonValue:
    """Return a JSON text as a value; None when it is none, or is nested too deeply."""
    if len(text) > MAXIMUM_BODY_CHARACTERS:
        return None
    try:
        value: JsonValue = orjson.loads(text.replace("\\u0000", "\\ufffd"))
    except orjson.JSONDecodeError:
        return None
    return value if get_depth(value) < MAXIMUM_DEPTH else None


def _get_object(parent: JsonObject, name: str) -> JsonObject:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _read_pairs(value: JsonValue) -> Pairs:
    """A list of `{name, value}`."""
    items = value[:MOST_PARAMETERS] if isinstance(value, list) else []
    return tuple(
        (get_text(item, "name"), get_text(item, "value"))
        for item in items
        if isinstance(item, dict) and get_text(item, "name")
    )


def _read_query(query: str) -> Pairs:
    try:
        return tuple(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS))
    except ValueError:
        return ()


def _read_cookies(headers: Pairs) -> Pairs:
    text = next((value for name, value in headers if name.lower() == "cookie"), "")
    pairs = (part.strip().partition("=") for part in text.split(";"))
    return tuple((name, value) for name, _, value in pairs if name)
