"""Tells requests of the same kind: same method, path but for ids, parameters and fields, and status."""

import re
from typing import Final
from urllib.parse import unquote

from app.catalog.importers.har.entries import Entry
from app.catalog.importers.openapi.answers import singular
from app.catalog.importers.sensitive import is_secret_value
from app.engine.json_values import JsonValue, get_type_name

MOST_FIELDS: Final = 50
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_ID: Final = re.compile(r"[0-9]{1,30}|[0-9a-fA-F]{16,64}|(?=[^0-9]*[0-9])[A-Za-z0-9_-]{14,200}")
_PREFIXED: Final = re.compile(r"[a-z]{2,12}[-_][0-9]{1,20}")
_VERSION: Final = re.compile(r"v[0-9]{1,3}(?:\.[0-9]{1,3})?")
_OTHER: Final = re.compile(r"[^A-Za-z0-9_]+")

Shape = tuple[str, str, tuple[str, ...], tuple[str, ...], int]


def is_id(segment: str) -> bool:
    """Say whether a segment of a path looks like an id or a credential."""
    text = unquote(segment)
    is_known = any(pattern.fullmatch(text) for pattern in (_UUID, _ID, _PREFIXED))
    return is_known or is_secret_value(text)


def name_segments(path: str) -> list[tuple[str, str | None]]:
    """Return the segments of a path, each with the name of its parameter if it is an id."""
    named: list[tuple[str, str | None]] = []
    taken: set[str] = set()
    previous = ""
    for segment in path.split("/"):
        name = _name_parameter(previous, taken) if is_id(segment) else None
        named.append((segment, name))
        previous = previous if name else segment
    return named


def _name_parameter(collection: str, taken: set[str]) -> str:
    plain = _OTHER.sub("", unquote(collection))[:60]
    base = f"{singular(plain)}_id" if plain else "id"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name


def shape_path(path: str) -> str:
    """Return the path with names in place of ids."""
    return "/".join(f"{{{name}}}" if name else segment for segment, name in name_segments(path))


def get_shape(entry: Entry) -> Shape:
    """Return what requests of the same kind have in common."""
    names = tuple(sorted({name for name, _ in entry.query}))
    return (entry.method, shape_path(entry.path), names, _list_fields(entry), entry.status)


def get_title(entry: Entry) -> str:
    """Return what people would call the request."""
    path = shape_path(entry.path)
    status = "" if 200 <= entry.status < 300 else f" ({entry.status})"
    return f"{entry.method} {path}{status}"


def get_suite(path: str) -> str:
    """Return the first segment that says what the request is about."""
    for segment in path.split("/"):
        if segment and segment.lower() not in ("api", "rest") and not _VERSION.fullmatch(segment):
            return "API" if is_id(segment) else unquote(segment)
    return "API"


def _list_fields(entry: Entry) -> tuple[str, ...]:
    """Names of the fields that were sent; a GraphQL operation by its query."""
    body: JsonValue = entry.body_json
    if isinstance(body, dict):
        query = body.get("query")
        fields = [f"{name}:{get_type_name(value)}" for name, value in body.items()]
        operation = str(body.get("operationName") or query)[:200] if query else ""
        return (operation, *sorted(fields)[:MOST_FIELDS])
    parameters = entry.body.get("params")
    names = [
        str(item.get("name"))
        for item in (parameters if isinstance(parameters, list) else ())
        if isinstance(item, dict)
    ]
    return (entry.body_type, *sorted(names)[:MOST_FIELDS])
