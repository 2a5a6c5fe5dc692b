"""What JSON in a request may hold, whatever it is for."""

import math
import sys
from collections.abc import Iterable
from typing import Any, Final, cast

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from app.web.errors import RequestInvalidError, UnsupportedMediaTypeError

MAXIMUM_DEPTH: Final = 100
MOST_NAMES: Final = 10_000
"""Of one object: to complain about each of a hundred thousand unknown ones would take seconds."""
LARGEST_NUMBER: Final = int(sys.float_info.max)
"""The database returns 1e22 as the whole number that it is: what it returns has to be accepted."""


async def check_json_body(connection: HTTPConnection) -> None:
    """
    Raise `UnsupportedMediaTypeError` for a body that is not said to be JSON.

    Raises `RequestInvalidError` for JSON that could be stored, but not be answered with again.
    """
    route = connection.scope.get("route")
    declares_body = isinstance(route, APIRoute) and route.body_field is not None
    if not declares_body or not isinstance(connection, Request) or not await connection.body():
        return
    if not is_json(connection.headers.get("content-type", "")):
        raise UnsupportedMediaTypeError
    try:
        # The framework has parsed it before and keeps it.
        document = await connection.json()
    except (ValueError, RecursionError):
        return
    if problem := find_problem(document):
        raise RequestInvalidError(f"The body {problem}.")


def is_json(content_type: str) -> bool:
    """Say whether a `Content-Type` is one that the framework reads as JSON."""
    kind, _, subtype = content_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))


def find_problem(document: Any) -> str | None:
    """Return what cannot be said in JSON that everybody reads (RFC 7493); None for nothing."""
    level = [document]
    for _ in range(MAXIMUM_DEPTH + 1):
        if problem := next(filter(None, map(_describe, level)), None):
            return problem
        level = [child for value in level for child in _list_children(value)]
        if not level:
            return None
    return f"is nested deeper than {MAXIMUM_DEPTH} levels"


def _describe(value: Any) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return "holds a number that is not finite"
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return "holds a whole number that is too large"
    if isinstance(value, dict) and len(cast("dict[str, Any]", value)) > MOST_NAMES:
        return f"holds an object with more than {MOST_NAMES} names"
    return None


def _list_children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).values()
    return cast("list[Any]", value) if isinstance(value, list) else ()
