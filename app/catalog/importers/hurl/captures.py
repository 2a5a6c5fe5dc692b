"""Captures of Hurl as ours."""

import re
from typing import Any, Final

from app.catalog.importers.composing.requests import RequestComposer
from app.catalog.importers.hurl.paths import append_path, convert_path
from app.catalog.importers.hurl.scope import UnmappedError, render_filters
from app.catalog.importers.hurl.syntax import Capture, Filter
from app.catalog.importers.hurl.targets import get_text
from app.catalog.importers.sensitive import is_secret_name

_WHOLE: Final = {"status": "status", "body": "text", "duration": "duration"}
_OTHER: Final = re.compile(r"[^A-Za-z0-9_-]")


def write_capture(composer: RequestComposer, capture: Capture) -> tuple[str, str] | None:
    """Return the path of what is kept and the filters behind it; None when that is told."""
    try:
        filters = list(capture.query.filters)
        _refuse_placeholders(capture)
        spec = _build(capture, filters)
        rendered = render_filters(filters)
    except UnmappedError as error:
        text = f"The capture {capture.name[:100]}: {error}"
        composer.tell("not_imported", text, f"line {capture.line}")
        return None
    if capture.is_secret or is_secret_name(capture.name):
        spec["secret"] = True
    name = _OTHER.sub("_", capture.name)[:100].lstrip("-") or "value"
    is_plain = set(spec) == {"path"}
    return composer.draft.add_capture(name, spec["path"] if is_plain else spec), rendered


def _refuse_placeholders(capture: Capture) -> None:
    values = [value for entry in capture.query.filters for value in entry.values]
    argument = capture.query.argument
    if any("{{" in value.source for value in (*values, *([argument] if argument else []))):
        message = "What is captured is said without placeholders here."
        raise UnmappedError(message)


def _build(capture: Capture, filters: list[Filter]) -> dict[str, Any]:
    """The capture; what it does itself is taken from the filters."""
    query = capture.query
    if query.name in _WHOLE:
        if query.name == "body" and filters and filters[0].name in ("jsonpath", "xpath"):
            return _build_within(filters)
        return {"from": _WHOLE[query.name]}
    if query.name in ("header", "cookie"):
        return {"from": query.name, "name": get_text(query.argument)}
    if query.name in ("xpath", "regex"):
        return {"from": query.name, "path": get_text(query.argument)}
    if query.name != "jsonpath":
        message = f"The query {query.name}."
        raise UnmappedError(message)
    path = convert_path(get_text(query.argument))
    while filters and filters[0].name == "jsonpath" and filters[0].values:
        path = append_path(path, get_text(filters.pop(0).values[0]))
    return {"path": path}


def _build_within(filters: list[Filter]) -> dict[str, Any]:
    entry = filters.pop(0)
    path = get_text(entry.values[0] if entry.values else None)
    if entry.name == "xpath":
        return {"from": "xpath", "path": path}
    return {"path": convert_path(path)}
