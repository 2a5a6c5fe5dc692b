"""What the queries of Hurl read, as our assertions read it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.catalog.importers.hurl.paths import append_index, append_path, convert_path
from app.catalog.importers.hurl.scope import UnmappedError
from app.catalog.importers.hurl.syntax import Filter, Query, Value


@dataclass(slots=True)
class Target:
    """
    Fields of an assertion; `is_length`: it is about how many there are.

    `is_one_of_many`: it is about one of the values that a path with `*` or a filter finds.
    """

    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    is_length: bool = False
    is_one_of_many: bool = False

    @property
    def type(self) -> str:
        """What it reads."""
        return self.fields["type"]


def read_target(query: Query) -> Target:
    """Return what to read; raise `UnmappedError` for what assertions do not know."""
    build = _QUERIES.get(query.name)
    if build is None:
        message = f"The query {query.name}."
        raise UnmappedError(message)
    target = Target(build(query))
    filters = query.filters
    if target.type == "certificate":
        filters = _skip_days(filters)
    for entry in filters:
        _apply(target, entry)
    return target


def get_text(value: Value | None) -> str:
    """Return the argument of a query; raise `UnmappedError` when it is not a text."""
    if value is None or value.kind not in ("text", "pattern"):
        message = "A query without its argument."
        raise UnmappedError(message)
    return value.source


def _read_cookie(query: Query) -> dict[str, Any]:
    name, bracket, attribute = get_text(query.argument).partition("[")
    fields = {"type": "cookie", "name": name}
    return {**fields, "path": attribute.rstrip("]")} if bracket else fields


def _read_certificate(query: Query) -> dict[str, Any]:
    is_days = [entry.name for entry in query.filters[:1]] == ["daysAfterNow"]
    if get_text(query.argument) != "Expire-Date" or not is_days:
        message = "Of certificates, only the days until they expire can be looked at."
        raise UnmappedError(message)
    return {"type": "certificate"}


def _skip_days(filters: Sequence[Filter]) -> Sequence[Filter]:
    return filters[1:]


_QUERIES: Final[dict[str, Callable[[Query], dict[str, Any]]]] = {
    "status": lambda _: {"type": "status-code"},
    "header": lambda query: {"type": "header", "name": get_text(query.argument)},
    "cookie": _read_cookie,
    "body": lambda _: {"type": "body"},
    "bytes": lambda _: {"type": "bytes"},
    "xpath": lambda query: {"type": "xpath", "path": get_text(query.argument)},
    "jsonpath": lambda query: {"type": "jsonpath", "path": convert_path(get_text(query.argument))},
    "regex": lambda query: {"type": "regex", "path": get_text(query.argument)},
    "duration": lambda _: {"type": "response-time"},
    "certificate": _read_certificate,
}


def _apply(target: Target, entry: Filter) -> None:
    if target.is_one_of_many:
        raise _refuse(entry)
    if target.is_length:
        if entry.name not in ("toInt", "toFloat"):
            raise _refuse(entry)
    elif entry.name == "count":
        _count(target)
    elif entry.name in ("nth", "first", "last"):
        _pick(target, entry)
    elif entry.name == "jsonpath" and entry.values:
        _descend(target, get_text(entry.values[0]))
    elif entry.name == "xpath" and target.type == "body" and entry.values:
        target.fields = {"type": "xpath", "path": get_text(entry.values[0])}
    elif not (entry.name in ("toInt", "toFloat") and target.type in ("xpath", "header")):
        raise _refuse(entry)


def _count(target: Target) -> None:
    if target.type == "bytes":
        target.fields = {"type": "size"}
    elif target.type in ("jsonpath", "xpath"):
        target.is_length = True
    else:
        message = "A count of what is not a list."
        raise UnmappedError(message)


def _pick(target: Target, entry: Filter) -> None:
    index, path = _read_index(entry), target.fields.get("path")
    if target.type == "jsonpath" and isinstance(path, str):
        appended = append_index(path, index)
        target.is_one_of_many = appended is None
        target.fields["path"] = appended or path
    elif target.type == "xpath" and index >= -1:
        step = "last()" if index == -1 else str(index + 1)
        target.fields["path"] = f"({path})[{step}]"
    else:
        raise _refuse(entry)


def _read_index(entry: Filter) -> int:
    if entry.name != "nth":
        return 0 if entry.name == "first" else -1
    index = entry.values[0].literal if entry.values else None
    if not isinstance(index, int):
        raise _refuse(entry)
    return index


def _descend(target: Target, path: str) -> None:
    if target.type == "body":
        target.fields = {"type": "jsonpath", "path": convert_path(path)}
    elif target.type == "jsonpath":
        target.fields["path"] = append_path(target.fields["path"], path)
    else:
        message = "A JSONPath in what is not JSON."
        raise UnmappedError(message)


def _refuse(entry: Filter) -> UnmappedError:
    return UnmappedError(f"The filter {entry.name} in an assertion.")
