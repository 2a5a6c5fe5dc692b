"""What a value is like: its type, its length, whether it is empty, unique or sorted."""

from collections.abc import Hashable, Mapping
from itertools import pairwise

from app.engine.assertions.operators.comparisons import COMPARISONS, is_at_most
from app.engine.assertions.operators.operator import Operator, show
from app.engine.json_values import JsonValue, get_type_name

TYPE_NAMES = ("null", "boolean", "integer", "number", "string", "array", "object")
DIRECTIONS = ("ascending", "descending")
LENGTH_OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "between", "in")


def _is_type(actual: JsonValue, expected: JsonValue) -> bool:
    name = get_type_name(actual)
    return name == expected or (name == "integer" and expected == "number")


def _find_type_misuse(expected: JsonValue) -> str | None:
    return None if expected in TYPE_NAMES else f"'type' needs one of {', '.join(TYPE_NAMES)}"


def _explain_type(actual: JsonValue, expected: JsonValue) -> str:
    name = get_type_name(actual)
    return f"expected a value of type {show(expected)}, got {show(actual)} of type {name}"


def _read_length(expected: JsonValue) -> tuple[str, JsonValue]:
    """`3` is short for `{"operator": "eq", "expected": 3}`."""
    if isinstance(expected, dict):
        return str(expected.get("operator")), expected.get("expected")
    return "eq", expected


def _has_length(actual: JsonValue, expected: JsonValue) -> bool:
    if not isinstance(actual, str | list | dict):
        return False
    name, wanted = _read_length(expected)
    return COMPARISONS[name].holds(len(actual), wanted)


def _find_length_misuse(expected: JsonValue) -> str | None:
    name, wanted = _read_length(expected)
    if name not in LENGTH_OPERATORS:
        return f"'length' needs one of the operators {', '.join(LENGTH_OPERATORS)}"
    bounds = wanted if isinstance(wanted, list) and name in ("between", "in") else [wanted]
    for bound in bounds:
        if get_type_name(bound) != "integer":
            return f"'length' needs a whole number, not {get_type_name(bound)}"
    return COMPARISONS[name].find_misuse(wanted)


def _explain_length(actual: JsonValue, expected: JsonValue) -> str:
    if not isinstance(actual, str | list | dict):
        return f"expected a length, got {show(actual)} of type {get_type_name(actual)}"
    name, wanted = _read_length(expected)
    fault = COMPARISONS[name].explain(len(actual), wanted)
    return fault.replace("expected ", "expected length ", 1).replace("got ", "got length ", 1)


def _is_empty(actual: JsonValue, expected: JsonValue) -> bool:
    return isinstance(actual, str | list | dict) and (not actual) is (expected is not False)


def _explain_empty(actual: JsonValue, expected: JsonValue) -> str:
    wanted = "something that is not empty" if expected is False else "nothing in it"
    return f"expected {wanted}, got {show(actual)}"


def _is_unique(actual: JsonValue, expected: JsonValue) -> bool:
    if not isinstance(actual, list):
        return False
    return (len(set(map(_to_key, actual))) == len(actual)) is (expected is not False)


def _to_key(value: JsonValue) -> Hashable:
    """Equal for values that are equal as JSON, and only for those."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, list):
        return "array", tuple(map(_to_key, value))
    if isinstance(value, dict):
        return "object", frozenset((name, _to_key(item)) for name, item in value.items())
    return value


def _explain_unique(actual: JsonValue, expected: JsonValue) -> str:
    if not isinstance(actual, list):
        return f"expected a list, got {show(actual)} of type {get_type_name(actual)}"
    if expected is False:
        return f"expected an entry that is there twice, got {show(actual)}"
    seen: dict[Hashable, int] = {}
    for index, item in enumerate(actual):
        first = seen.setdefault(_to_key(item), index)
        if first != index:
            return f"expected no entry twice, got {show(item)} at [{first}] and [{index}]"
    return "expected no entry twice"


def _is_sorted(actual: JsonValue, expected: JsonValue) -> bool:
    return isinstance(actual, list) and _find_disorder(actual, expected) is None


def _find_disorder(items: list[JsonValue], direction: JsonValue) -> int | None:
    """The first entry that its predecessor should not precede; one of no order precedes nothing."""
    for index, (left, right) in enumerate(pairwise(items), 1):
        low, high = (right, left) if direction == "descending" else (left, right)
        if not is_at_most(low, high):
            return index
    return None


def _explain_sorted(actual: JsonValue, expected: JsonValue) -> str:
    if not isinstance(actual, list):
        return f"expected a list, got {show(actual)} of type {get_type_name(actual)}"
    index = _find_disorder(actual, expected) or 0
    direction = expected if isinstance(expected, str) else "ascending"
    pair = f"{show(actual[index - 1])} before {show(actual[index])} at [{index}]"
    return f"expected {direction} order, got {pair}"


def _find_flag_misuse(name: str, expected: JsonValue) -> str | None:
    if expected is None or isinstance(expected, bool):
        return None
    return f"'{name}' needs true, false or nothing, not {get_type_name(expected)}"


def _find_direction_misuse(expected: JsonValue) -> str | None:
    if expected is None or expected is True or expected in DIRECTIONS:
        return None
    return f"'sorted' needs {' or '.join(DIRECTIONS)}"


SHAPES: Mapping[str, Operator] = {
    "type": Operator(
        holds=_is_type, explain=_explain_type, find_misuse=_find_type_misuse, takes_lists=True
    ),
    "length": Operator(
        holds=_has_length,
        explain=_explain_length,
        find_misuse=_find_length_misuse,
        takes_lists=True,
    ),
    "empty": Operator(
        holds=_is_empty,
        explain=_explain_empty,
        find_misuse=lambda expected: _find_flag_misuse("empty", expected),
        takes_lists=True,
    ),
    "unique": Operator(
        holds=_is_unique,
        explain=_explain_unique,
        find_misuse=lambda expected: _find_flag_misuse("unique", expected),
        takes_lists=True,
    ),
    "sorted": Operator(
        holds=_is_sorted,
        explain=_explain_sorted,
        find_misuse=_find_direction_misuse,
        takes_lists=True,
    ),
}
