"""Forms with files: multipart/form-data (RFC 7578), names escaped as browsers do."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from mimetypes import MimeTypes

from app.engine.errors import InvalidRequestError, TemplateError
from app.engine.json_values import JsonObject, JsonValue, get_type_name, render_text
from app.engine.requests.header import check_value
from app.engine.templates import ValuePath, ValueSource
from app.engine.templates.roots import FIXTURE

MULTIPART = "multipart/form-data"
CONTENTS = ("content", "content_base64", "fixture")
FIELDS = ("filename", "content_type", *CONTENTS)
UNKNOWN_TYPE = "application/octet-stream"

# Only the built-in table, so that every machine sends the same.
_TYPES = MimeTypes()
_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


@dataclass(frozen=True, slots=True)
class _Part:
    """One field of the form; a file has a name of its own and a type."""

    name: str
    content: bytes
    filename: str | None = None
    content_type: str | None = None

    def encode(self) -> bytes:
        disposition = f'Content-Disposition: form-data; name="{self.name.translate(_ESCAPES)}"'
        if self.filename is not None:
            disposition += f'; filename="{self.filename.translate(_ESCAPES)}"'
        lines = [disposition]
        if self.content_type is not None:
            lines.append(f"Content-Type: {self.content_type}")
        return "\r\n".join([*lines, "", ""]).encode(errors="replace") + self.content + b"\r\n"


def encode_multipart(rendered: JsonValue, source: ValueSource) -> tuple[bytes, str]:
    """Content and boundary of an object of names and texts, files, or lists of these."""
    if not isinstance(rendered, dict):
        raise InvalidRequestError(
            f"a form must be an object, not {get_type_name(rendered)}",
            "body",
            "Write the form as an object of names and values.",
        )
    parts = [part.encode() for part in _iter_parts(rendered, source)]
    # Made from the content, it cannot occur there, and the same form is always the same bytes.
    boundary = hashlib.sha256(b"".join(parts)).hexdigest()[:32]
    opening, closing = f"--{boundary}\r\n".encode(), f"--{boundary}--\r\n".encode()
    return b"".join([*(opening + part for part in parts), closing]), boundary


def _iter_parts(form: JsonObject, source: ValueSource) -> Iterator[_Part]:
    for name, value in form.items():
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            location = f"body.{name}[{index}]" if isinstance(value, list) else f"body.{name}"
            if isinstance(item, dict):
                yield _build_file(name, item, location, source)
            elif item is not None:
                yield _Part(name, render_text(item).encode(errors="replace"))


def _build_file(name: str, file: JsonObject, location: str, source: ValueSource) -> _Part:
    unknown = [field for field in file if field not in FIELDS]
    if unknown:
        raise _refuse(f"a file has no '{unknown[0]}'; it has {', '.join(FIELDS)}", location)
    content = _read_content(file, location, source)
    filename = _find_text(file, "filename", location) or name
    content_type = _find_text(file, "content_type", location) or _guess_type(filename)
    return _Part(name, content, filename, check_value(content_type, f"{location}.content_type"))


def _read_content(file: JsonObject, location: str, source: ValueSource) -> bytes:
    given = [field for field in CONTENTS if file.get(field) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        raise _refuse(f"a file has one of {', '.join(CONTENTS)}, here it has {found}", location)
    if "content_base64" in given:
        return _decode(_find_text(file, "content_base64", location) or "", location)
    value = file["content"] if "content" in given else _find_fixture(file, location, source)
    return render_text(value).encode(errors="replace")


def _find_fixture(file: JsonObject, location: str, source: ValueSource) -> JsonValue:
    name = _find_text(file, "fixture", location) or ""
    try:
        return source.resolve(ValuePath(FIXTURE, (name,), f"{FIXTURE}.{name}"))
    except TemplateError as error:
        raise TemplateError(error.message, f"{location}.fixture") from error


def _decode(text: str, location: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:
        raise _refuse("this is not base64", f"{location}.content_base64") from error


def _find_text(file: JsonObject, field: str, location: str) -> str | None:
    value = file.get(field)
    if value is None or isinstance(value, str):
        return value
    raise _refuse(f"must be a text, not {get_type_name(value)}", f"{location}.{field}")


def _guess_type(filename: str) -> str:
    return _TYPES.guess_type(filename)[0] or UNKNOWN_TYPE


def _refuse(message: str, location: str) -> InvalidRequestError:
    return InvalidRequestError(
        message, location, "Write a file as filename, content_type and content."
    )
