"""The operators of assertions: what they mean, and how a failure reads."""

from collections.abc import Callable, Mapping

import regex

from app.engine.errors import InvalidExpectationError
from app.engine.json_values import JsonValue, get_type_name, is_equal, render_json
from app.engine.patterns import compile_pattern, is_found

MAXIMUM_PATTERN_CHARACTERS = 1_000
MAXIMUM_MATCHED_CHARACTERS = 100_000
MAXIMUM_SHOWN_CHARACTERS = 200

TYPE_NAMES = ("null", "boolean", "integer", "number", "string", "array", "object")


def _is_less(left: JsonValue, right: JsonValue) -> bool:
    """Numbers by size, texts by code point; anything else has no order."""
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left < right
    return isinstance(left, str) and isinstance(right, str) and left < right


def _has_order(left: JsonValue, right: JsonValue) -> bool:
    return _is_less(left, right) or _is_less(right, left) or is_equal(left, right)


def _contains(actual: JsonValue, expected: JsonValue) -> bool:
    """A text holds a text, a list holds a value, an object holds a name."""
    if isinstance(actual, str):
        return isinstance(expected, str) and expected in actual
    if isinstance(actual, list):
        return any(is_equal(item, expected) for item in actual)
    return isinstance(actual, dict) and isinstance(expected, str) and expected in actual


def _matches(actual: JsonValue, expected: JsonValue) -> bool:
    if not isinstance(actual, str) or not isinstance(expected, str):
        return False
    return is_found(expected, actual[:MAXIMUM_MATCHED_CHARACTERS])


def _is_type(actual: JsonValue, expected: JsonValue) -> bool:
    name = get_type_name(actual)
    return name == expected or (name == "integer" and expected == "number")


def _has_length(actual: JsonValue, expected: JsonValue) -> bool:
    return isinstance(actual, str | list | dict) and len(actual) == expected


OPERATORS: Mapping[str, Callable[[JsonValue, JsonValue], bool]] = {
    "eq": is_equal,
    "ne": lambda actual, expected: not is_equal(actual, expected),
    "lt": _is_less,
    "le": lambda actual, expected: _has_order(actual, expected) and not _is_less(expected, actual),
    "gt": lambda actual, expected: _is_less(expected, actual),
    "ge": lambda actual, expected: _has_order(actual, expected) and not _is_less(actual, expected),
    "contains": _contains,
    "matches": _matches,
    "type": _is_type,
    "length": _has_length,
}

PRESENCE_OPERATORS = ("exists", "absent")

_WORDS = {
    "eq": "",
    "ne": "anything but ",
    "lt": "less than ",
    "le": "at most ",
    "gt": "more than ",
    "ge": "at least ",
    "contains": "something containing ",
    "matches": "something matching ",
    "type": "a value of type ",
    "length": "length ",
}


def explain(operator: str, actual: JsonValue, expected: JsonValue) -> str:
    """How a failed comparison reads."""
    got = show(actual)
    if operator == "length" and isinstance(actual, str | list | dict):
        got = f"length {len(actual)}"
    elif operator in ("type", "length"):
        got = f"{show(actual)} of type {get_type_name(actual)}"
    return f"expected {_WORDS[operator]}{show(expected)}, got {got}"


def show(value: JsonValue) -> str:
    """A value as JSON, cut where it stops being readable."""
    text = render_json(value)
    if len(text) <= MAXIMUM_SHOWN_CHARACTERS:
        return text
    return f"{text[:MAXIMUM_SHOWN_CHARACTERS]}..."


def check_operator(operator: str, expected: JsonValue, location: str) -> None:
    """Raise InvalidExpectationError when the operator is unknown or cannot take this value."""
    if operator in PRESENCE_OPERATORS:
        return
    if operator not in OPERATORS:
        known = ", ".join((*OPERATORS, *PRESENCE_OPERATORS))
        raise InvalidExpectationError(
            f"there is no operator '{operator}'; there is {known}", location
        )
    problem = _find_misuse(operator, expected)
    if problem is not None:
        raise InvalidExpectationError(problem, location)


def _find_misuse(operator: str, expected: JsonValue) -> str | None:
    if operator in ("lt", "le", "gt", "ge") and get_type_name(expected) not in (
        "integer",
        "number",
        "string",
    ):
        return f"'{operator}' needs a number or a text, not {get_type_name(expected)}"
    if operator == "length" and get_type_name(expected) != "integer":
        return f"'length' needs a whole number, not {get_type_name(expected)}"
    if operator == "type" and expected not in TYPE_NAMES:
        return f"'type' needs one of {', '.join(TYPE_NAMES)}"
    return _find_bad_pattern(expected) if operator == "matches" else None


def _find_bad_pattern(expected: JsonValue) -> str | None:
    if not isinstance(expected, str) or len(expected) > MAXIMUM_PATTERN_CHARACTERS:
        return f"'matches' needs a pattern of at most {MAXIMUM_PATTERN_CHARACTERS} characters"
    try:
        compile_pattern(expected)
    except (regex.error, RecursionError, OverflowError) as error:
        return f"'{expected}' is not a regular expression: {error}"
    return None
