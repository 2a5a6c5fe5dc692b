"""The header fields of a request; nothing in a value can begin another field."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonValue, render_text
from app.engine.templates import ValueSource, render_string, render_value
from app.engine.transport import PreparedRequest

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_FRAMING = frozenset({"content-length", "transfer-encoding"})

# Fields by their names in lower case, so that each is sent once.
Fields = dict[str, tuple[str, str]]


def render_fields(headers: Mapping[str, JsonValue], source: ValueSource) -> Fields:
    """Fill in names and values; null leaves a field out, a list becomes a list of the field."""
    fields: Fields = {}
    for template, value in headers.items():
        name = render_string(template, source, "headers")
        check_name(name)
        content = render_value(value, source, f"headers.{name}")
        if content is not None:
            fields[name.lower()] = (name, check_value(_render_content(content), f"headers.{name}"))
    return fields


def _render_content(content: JsonValue) -> str:
    if isinstance(content, list):
        return ", ".join(map(render_text, content))
    return render_text(content)


@lru_cache(1024)
def check_name(name: str) -> None:
    """Raise InvalidRequestError unless a test may send a header of this name."""
    if not _NAME.fullmatch(name):
        raise InvalidRequestError(
            "this is not a header name", f"headers.{name!r}", "Correct the name of the header."
        )
    if name.lower() in _FRAMING:
        raise InvalidRequestError(
            "this header is written when the body is sent",
            f"headers.{name}",
            "Remove the header from the test.",
        )


def check_value(value: str, location: str) -> str:
    """The value without white space around it; raise InvalidRequestError for a line break."""
    if _CONTROL.search(value):
        raise InvalidRequestError(
            "a header cannot hold line breaks or control characters",
            location,
            "Correct the value of the header.",
        )
    return value.strip()


def find_field(request: PreparedRequest, name: str) -> str | None:
    """The value of the field with this name, given in lower case."""
    return next((value for key, value in request.headers if key.lower() == name), None)


def with_field(request: PreparedRequest, name: str, value: str, secret: str) -> PreparedRequest:
    """The request with this field instead of others of its name; `secret` is what it proves."""
    lowered = name.lower()
    kept = [entry for entry in request.headers if entry[0].lower() != lowered]
    return replace(
        request,
        headers=(*kept, (name, check_value(value, f"headers.{name}"))),
        credentials=(*request.credentials, secret),
    )
