"""Encodes request bodies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonValue, get_type_name, render_text
from app.engine.requests.graphql import encode_graphql
from app.engine.requests.multipart import MULTIPART, encode_multipart
from app.engine.templates import ValueSource, render_value

_BOUNDARY = "; boundary="


@dataclass(frozen=True, slots=True)
class EncodedBody:
    """Bytes to send and the content type they have unless a header says otherwise."""

    content: bytes
    content_type: str

    def complete(self, written: str) -> str:
        """The content type a test wrote; without the boundary nobody could read a multipart body."""
        is_incomplete = written.lower() == MULTIPART and _BOUNDARY in self.content_type
        return self.content_type if is_incomplete else written


def encode_body(body: JsonValue, body_type: str | None, source: ValueSource) -> EncodedBody | None:
    """
    Render and encode. A text is sent as it is, well-formed or not, but GraphQL wraps it.

    Raise TemplateError or InvalidRequestError naming the part that cannot be encoded.
    """
    if body is None:
        return None
    kind = body_type or "json"
    encode = _ENCODERS.get(kind)
    if encode is None:
        raise InvalidRequestError(
            f"bodies of type '{kind}' are not known",
            "body_type",
            f"Use one of {', '.join(_ENCODERS)}.",
        )
    return encode(render_value(body, source, "body"), source)


def _encode_json(rendered: JsonValue, _source: ValueSource) -> EncodedBody:
    return EncodedBody(_to_bytes(render_text(rendered)), "application/json")


def _encode_text(rendered: JsonValue, _source: ValueSource) -> EncodedBody:
    return EncodedBody(_to_bytes(_get_text(rendered, "text")), "text/plain; charset=utf-8")


def _encode_xml(rendered: JsonValue, _source: ValueSource) -> EncodedBody:
    return EncodedBody(_to_bytes(_get_text(rendered, "xml")), "application/xml")


def _encode_graphql(rendered: JsonValue, _source: ValueSource) -> EncodedBody:
    return EncodedBody(_to_bytes(encode_graphql(rendered)), "application/json")


def _encode_form(rendered: JsonValue, _source: ValueSource) -> EncodedBody:
    text = rendered if isinstance(rendered, str) else _encode_pairs(rendered)
    return EncodedBody(_to_bytes(text), "application/x-www-form-urlencoded")


def _encode_multipart(rendered: JsonValue, source: ValueSource) -> EncodedBody:
    content, boundary = encode_multipart(rendered, source)
    return EncodedBody(content, f"{MULTIPART}{_BOUNDARY}{boundary}")


_ENCODERS: Mapping[str, Callable[[JsonValue, ValueSource], EncodedBody]] = {
    "json": _encode_json,
    "form-data": _encode_multipart,
    "x-www-form-urlencoded": _encode_form,
    "text": _encode_text,
    "xml": _encode_xml,
    "graphql": _encode_graphql,
}


def _to_bytes(text: str) -> bytes:
    return text.encode(errors="replace")


def _get_text(rendered: JsonValue, kind: str) -> str:
    if isinstance(rendered, dict | list):
        raise InvalidRequestError(
            f"a body of type '{kind}' must be a text, not {get_type_name(rendered)}",
            "body",
            "Write the body as a text, or choose the type json.",
        )
    return render_text(rendered)


def _encode_pairs(rendered: JsonValue) -> str:
    if not isinstance(rendered, dict):
        raise InvalidRequestError(
            f"a form must be an object, not {get_type_name(rendered)}",
            "body",
            "Write the form as an object of names and values.",
        )
    pairs = [
        (name, render_text(item))
        for name, value in rendered.items()
        for item in (value if isinstance(value, list) else [value])
        if item is not None
    ]
    return urlencode(pairs, errors="replace")
