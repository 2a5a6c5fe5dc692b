"""Encodes request bodies."""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonValue, get_type_name, render_json, render_text
from app.engine.templates import ValueSource, render_value

CONTENT_TYPES = {
    "json": "application/json",
    "x-www-form-urlencoded": "application/x-www-form-urlencoded",
    "text": "text/plain; charset=utf-8",
    "xml": "application/xml",
    "graphql": "application/json",
}


@dataclass(frozen=True, slots=True)
class EncodedBody:
    """Bytes to send and the content type they have unless a header says otherwise."""

    content: bytes
    content_type: str


def encode_body(body: JsonValue, body_type: str | None, source: ValueSource) -> EncodedBody | None:
    """Render and encode; a text is sent as it is, except that GraphQL wraps it as the query."""
    if body is None:
        return None
    kind = body_type or "json"
    if kind not in CONTENT_TYPES:
        raise InvalidRequestError(
            f"bodies of type '{kind}' are not supported yet",
            "body_type",
            f"Use one of {', '.join(CONTENT_TYPES)}.",
        )
    rendered = render_value(body, source, "body")
    text = _encode_form(rendered) if kind == "x-www-form-urlencoded" else _encode(rendered, kind)
    return EncodedBody(text.encode(errors="replace"), CONTENT_TYPES[kind])


def _encode(rendered: JsonValue, kind: str) -> str:
    if kind == "graphql" and isinstance(rendered, str):
        return render_json({"query": rendered})
    if isinstance(rendered, str):
        return rendered
    if kind in ("text", "xml") and isinstance(rendered, dict | list):
        raise InvalidRequestError(
            f"a body of type '{kind}' must be a text, not {get_type_name(rendered)}",
            "body",
            "Write the body as a text, or choose the type json.",
        )
    return render_json(rendered)


def _encode_form(rendered: JsonValue) -> str:
    if isinstance(rendered, str):
        return rendered
    if not isinstance(rendered, dict):
        raise InvalidRequestError(
            f"a form must be an object, not {get_type_name(rendered)}",
            "body",
            "Write the form as an object of names and values.",
        )
    return urlencode(
        [
            (name, render_text(item))
            for name, value in rendered.items()
            for item in (value if isinstance(value, list) else [value])
            if item is not None
        ]
    )
