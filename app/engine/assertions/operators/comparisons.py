"""Equality and order."""

from collections.abc import Mapping

from app.engine.assertions.operators.operator import Operator, accept, expecting, show
from app.engine.json_values import JsonValue, get_type_name, is_equal

ORDERED_TYPES = ("integer", "number", "string")


def is_less(left: JsonValue, right: JsonValue) -> bool:
    """Numbers by size, texts by code point; anything else has no order."""
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left < right
    return isinstance(left, str) and isinstance(right, str) and left < right


def is_at_most(left: JsonValue, right: JsonValue) -> bool:
    """Less or equal; false for what has no order."""
    return is_less(left, right) or (get_type_name(left) in ORDERED_TYPES and is_equal(left, right))


def _is_between(actual: JsonValue, expected: JsonValue) -> bool:
    if not isinstance(expected, list):
        return False
    low, high = expected
    return is_at_most(low, actual) and is_at_most(actual, high)


def _is_among(actual: JsonValue, expected: JsonValue) -> bool:
    return isinstance(expected, list) and any(is_equal(actual, entry) for entry in expected)


def _explain_between(actual: JsonValue, expected: JsonValue) -> str:
    low, high = expected if isinstance(expected, list) else (expected, expected)
    return f"expected between {show(low)} and {show(high)}, got {show(actual)}"


def _find_order_misuse(name: str, expected: JsonValue) -> str | None:
    if get_type_name(expected) in ORDERED_TYPES:
        return None
    return f"'{name}' needs a number or a text, not {get_type_name(expected)}"


def _find_between_misuse(expected: JsonValue) -> str | None:
    bounds = expected if isinstance(expected, list) else []
    if len(bounds) != 2 or not all(get_type_name(bound) in ORDERED_TYPES for bound in bounds):
        return "'between' needs a list of two numbers or two texts"
    return None


def _find_in_misuse(expected: JsonValue) -> str | None:
    return None if isinstance(expected, list) else "'in' needs a list of values"


COMPARISONS: Mapping[str, Operator] = {
    "eq": Operator(holds=is_equal, explain=expecting(""), find_misuse=accept),
    "ne": Operator(
        holds=lambda actual, expected: not is_equal(actual, expected),
        explain=expecting("anything but "),
        find_misuse=accept,
    ),
    "lt": Operator(
        holds=is_less,
        explain=expecting("less than "),
        find_misuse=lambda expected: _find_order_misuse("lt", expected),
    ),
    "le": Operator(
        holds=is_at_most,
        explain=expecting("at most "),
        find_misuse=lambda expected: _find_order_misuse("le", expected),
    ),
    "gt": Operator(
        holds=lambda actual, expected: is_less(expected, actual),
        explain=expecting("more than "),
        find_misuse=lambda expected: _find_order_misuse("gt", expected),
    ),
    "ge": Operator(
        holds=lambda actual, expected: is_at_most(expected, actual),
        explain=expecting("at least "),
        find_misuse=lambda expected: _find_order_misuse("ge", expected),
    ),
    "between": Operator(
        holds=_is_between, explain=_explain_between, find_misuse=_find_between_misuse
    ),
    "in": Operator(holds=_is_among, explain=expecting("one of "), find_misuse=_find_in_misuse),
    "not-in": Operator(
        holds=lambda actual, expected: not _is_among(actual, expected),
        explain=expecting("none of "),
        find_misuse=_find_in_misuse,
    ),
}
