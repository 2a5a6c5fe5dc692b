"""Reads the lines of `[Captures]` and `[Asserts]`."""

import re
from typing import Final

from app.catalog.importers.hurl.cursor import Cursor
from app.catalog.importers.hurl.syntax import Capture, Check, Filter, Predicate, Query, Value
from app.catalog.importers.hurl.values import decode, take_value

PREDICATES: Final = frozenset(
    [
        "==",
        "!=",
        ">",
        ">=",
        "<",
        "<=",
        "equals",
        "notEquals",
        "greaterThan",
        "greaterThanOrEquals",
        "lessThan",
        "lessThanOrEquals",
        "startsWith",
        "endsWith",
        "contains",
        "includes",
        "matches",
        "exists",
        "isEmpty",
        "isInteger",
        "isFloat",
        "isNumber",
        "isBoolean",
        "isString",
        "isCollection",
        "isList",
        "isObject",
        "isDate",
        "isIsoDate",
        "isIpv4",
        "isIpv6",
        "isUuid",
    ]
)
_WITHOUT_VALUE: Final = re.compile(r"exists|is[A-Z]")
_NAME: Final = re.compile(r"[ \t]*((?![:#\s\[])(?:[^:#\n\\]++|\\[^\n])++):[ \t]*")
_WORD: Final = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9_-]{0,50}|==|!=|>=|<=|>|<)(?=[\s\"`/#]|\Z)")
_SPACE: Final = re.compile(r"[ \t]*")
_REDACT: Final = re.compile(r"[ \t]+redact\b")


def take_name(cursor: Cursor) -> str:
    """Return the name before a colon; raise `DocumentInvalidError`."""
    match = cursor.take(_NAME)
    if match is None:
        raise cursor.refuse("A name and a colon are expected")
    return decode(match[1].strip())


def take_capture(cursor: Cursor) -> Capture:
    """Return a capture; raise `DocumentInvalidError`."""
    line, name = cursor.line, take_name(cursor)
    query = _take_query(cursor)
    is_secret = cursor.take(_REDACT) is not None
    cursor.end_line()
    return Capture(name, query, is_secret, line)


def take_check(cursor: Cursor) -> Check:
    """Return an assertion; raise `DocumentInvalidError`."""
    line, query = cursor.line, _take_query(cursor)
    word, is_negated = _take_word(cursor), False
    if word == "not":
        word, is_negated = _take_word(cursor), True
    if word not in PREDICATES:
        raise cursor.refuse("A predicate such as == is expected")
    value = None if _WITHOUT_VALUE.match(word) else _take_argument(cursor)
    if value is None and not _WITHOUT_VALUE.match(word):
        raise cursor.refuse(f"A value is expected after {word}")
    cursor.end_line()
    return Check(query, Predicate(word, is_negated, value), line)


def _take_query(cursor: Cursor) -> Query:
    name = _take_word(cursor)
    if not name:
        raise cursor.refuse("A query such as jsonpath is expected")
    argument, filters = _take_argument(cursor), list[Filter]()
    while (match := cursor.peek(_WORD)) and match[1] not in (*PREDICATES, "not", "redact"):
        cursor.at = match.end()
        filters.append(Filter(match[1], _take_arguments(cursor)))
    return Query(name, argument, tuple(filters))


def _take_arguments(cursor: Cursor) -> tuple[Value, ...]:
    values: list[Value] = []
    while (value := _take_argument(cursor)) is not None:
        values.append(value)
    return tuple(values)


def _take_argument(cursor: Cursor) -> Value | None:
    before = cursor.at
    cursor.take(_SPACE)
    value = take_value(cursor)
    if value is None:
        cursor.at = before
    return value


def _take_word(cursor: Cursor) -> str:
    match = cursor.take(_WORD)
    return match[1] if match else ""
