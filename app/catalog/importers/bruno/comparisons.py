"""Comparisons of a part of the answer as assertions."""

import re
from typing import Any, Final

from app.catalog.importers.bruno.meanings import Answer, Constant, Matcher, Meaning, UnclearError
from app.engine.json_values import JsonValue

TYPES: Final = ("string", "number", "boolean", "array", "object", "null")
FALSY: Final[list[JsonValue]] = [None, False, 0, ""]
_OPPOSITES: Final = {
    "eq": "ne",
    "ne": "eq",
    "gt": "le",
    "ge": "lt",
    "lt": "ge",
    "le": "gt",
    "in": "not-in",
    "not-in": "in",
    "contains": "not-contains",
    "not-contains": "contains",
    "matches": "not-matches",
    "not-matches": "matches",
    "exists": "absent",
    "absent": "exists",
}
_LENGTH_OPERATORS: Final = frozenset(("eq", "ne", "gt", "ge", "lt", "le", "between"))
_WITHOUT_VALUE: Final = frozenset(("exists", "absent"))
_LONGEST_PATTERN: Final = 1_000


def compare(
    subject: Meaning, operator: str, expected: Meaning | None = None, *, negated: bool = False
) -> dict[str, Any]:
    """Return the assertion; raise `UnclearError` when there is none that says it."""
    if not isinstance(subject, Answer):
        raise UnclearError
    value = _read_expected(expected)
    if operator in ("starts", "ends"):
        operator, value = "matches", _anchor(operator, value)
    if negated:
        operator, value = _negate(operator, value)
    if subject.is_length:
        operator, value = _measure(operator, value)
    fields = {**_describe(subject), "operator": operator}
    return fields if operator in _WITHOUT_VALUE else {**fields, "expected": value}


def _read_expected(expected: Meaning | None) -> JsonValue:
    if isinstance(expected, Matcher):
        return expected.pattern
    if expected is None or isinstance(expected, Constant):
        return expected.value if expected else None
    raise UnclearError


def _describe(subject: Answer) -> dict[str, Any]:
    if subject.part == "status":
        return {"type": "status-code"}
    if subject.part == "duration":
        return {"type": "response-time"}
    if subject.part == "header":
        return {"type": "header", "name": subject.path}
    if subject.part == "body":
        return {"type": "jsonpath", "path": subject.path}
    raise UnclearError


def _negate(operator: str, value: JsonValue) -> tuple[str, JsonValue]:
    if operator == "empty":
        return operator, value is False
    if operator == "eq" and value is None:
        return "not-in", [None]
    if operator not in _OPPOSITES:
        raise UnclearError
    return _OPPOSITES[operator], value


def _measure(operator: str, value: JsonValue) -> tuple[str, JsonValue]:
    if operator not in _LENGTH_OPERATORS:
        raise UnclearError
    return "length", {"operator": operator, "expected": value}


def _anchor(operator: str, value: JsonValue) -> str:
    if not isinstance(value, str) or "{{" in value:
        raise UnclearError
    pattern = rf"\A{re.escape(value)}" if operator == "starts" else rf"{re.escape(value)}\Z"
    if len(pattern) > _LONGEST_PATTERN:
        raise UnclearError
    return pattern
