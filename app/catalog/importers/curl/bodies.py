"""What curl sends: data, JSON or a form."""

import re
from typing import Final
from urllib.parse import quote

from app.catalog.importers.composing.bodies import FORM, Part, set_body, set_parts
from app.catalog.importers.composing.requests import RequestComposer
from app.catalog.importers.curl.arguments import Transfer

DATA: Final = ("data", "data-raw", "data-binary", "data-ascii", "data-urlencode", "json")
JSON: Final = "application/json"
_PLACEHOLDER: Final = re.compile(r"(\{\{[^{}]{1,200}\}\})")
_ATTRIBUTE: Final = re.compile(r';\s*(type|filename|headers|encoder)=("(?:[^"\\]|\\.)*"|[^;]*)')


def has_body(transfer: Transfer) -> bool:
    """Say whether something is sent."""
    return any(option.name in (*DATA, "form", "form-string") for option in transfer.options)


def write_body(composer: RequestComposer, transfer: Transfer) -> None:
    """Send what the options say."""
    if any(option.name in ("form", "form-string") for option in transfer.options):
        _write_form(composer, transfer)
        return
    data = join_data(composer, transfer)
    if data is None:
        return
    default = JSON if transfer.has("json") else FORM
    written = composer.find_header("content-type")
    set_body(composer, data, written or _guess(data, default))


def _guess(data: str, default: str) -> str:
    """JSON without a header is sent as a form by curl; nobody means that."""
    return JSON if default == FORM and data.lstrip()[:1] in ("{", "[") else default


def join_data(composer: RequestComposer, transfer: Transfer) -> str | None:
    """Return all data as it is sent; None when it is not in the command."""
    parts: list[str] = []
    for option in transfer.options:
        if option.name not in DATA:
            continue
        part = _encode(option.value) if option.name == "data-urlencode" else option.value
        is_file = option.name != "data-raw" and part is not None and part.startswith("@")
        if part is None or (is_file and option.name != "data-urlencode"):
            composer.tell("not_imported", f"--{option.name} names a file, which is not here.")
            continue
        separator = "" if option.name == "json" or not parts else "&"
        parts.append(separator + part)
    return "".join(parts) if parts else None


def _encode(value: str) -> str | None:
    """`content`, `=content`, `name=content`; None for `@file` and `name@file`."""
    name, separator, content = value.partition("=")
    if not separator:
        return None if "@" in value else _quote(value)
    if "@" in name:
        return None
    return f"{name}={_quote(content)}" if name else _quote(content)


def _quote(text: str) -> str:
    parts = _PLACEHOLDER.split(text)
    return "".join(
        part if part.startswith("{{") else quote(part, safe="", errors="replace") for part in parts
    )


def _write_form(composer: RequestComposer, transfer: Transfer) -> None:
    parts: list[Part] = []
    for option in transfer.options:
        if option.name in ("form", "form-string"):
            name, separator, value = option.value.partition("=")
            if not separator:
                composer.tell("not_imported", "A field of the form has no value.")
            elif option.name == "form-string":
                parts.append(Part(name, value))
            else:
                parts.append(_read_part(name, value))
    set_parts(composer, parts)


def _read_part(name: str, value: str) -> Part:
    attributes = {match[1]: match[2].strip('"') for match in _ATTRIBUTE.finditer(value)}
    first = _ATTRIBUTE.search(value)
    content = value[: first.start()] if first else value
    kind = attributes.get("type")
    if not content.startswith(("@", "<")):
        return Part(name, content.strip('"'), attributes.get("filename"), kind)
    path = content[1:].strip('"')
    filename = attributes.get("filename") or path.replace("\\", "/").rpartition("/")[2]
    return Part(name, "", filename if content.startswith("@") else "", kind)
