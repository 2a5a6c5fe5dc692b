"""JSON values as the engine sees them: plain dicts, lists and scalars."""

import json
from collections.abc import Iterable
from typing import TypeAlias

import orjson

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
JsonObject: TypeAlias = dict[str, JsonValue]

MAXIMUM_DEPTH = 100

_SMALLEST_WHOLE = -(2**63)
_LARGEST_WHOLE = 2**64 - 1
_LARGEST_DOUBLE = 2**1023


def parse_json(body: bytes) -> JsonValue:
    """Parse JSON; raise ValueError when it is not JSON or is nested beyond MAXIMUM_DEPTH."""
    value: JsonValue = orjson.loads(body)
    # Counting brackets is cheap and settles it for nearly every body.
    may_be_deep = body.count(b"[") + body.count(b"{") > MAXIMUM_DEPTH
    if may_be_deep and get_depth(value) > MAXIMUM_DEPTH:
        raise ValueError(f"nested deeper than {MAXIMUM_DEPTH} levels")
    return value


def find_repeated_name(body: bytes) -> str | None:
    """A name that an object of this JSON has twice; parsers keep its last value only."""
    repeated: list[str] = []

    def note_repetition(pairs: list[tuple[str, JsonValue]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                repeated.append(name)
                return
            seen.add(name)

    json.loads(body, object_pairs_hook=note_repetition)
    return next(iter(repeated), None)


def get_depth(value: JsonValue) -> int:
    """How many lists and objects are nested in each other, counted up to one over the limit."""
    level = [value] if isinstance(value, list | dict) else []
    depth = 0
    while level and depth <= MAXIMUM_DEPTH:
        depth += 1
        children = (child for item in level for child in _get_children(item))
        level = [child for child in children if isinstance(child, list | dict)]
    return depth


def count_values(value: JsonValue, limit: int) -> int:
    """How many values there are in this one and itself; the limit when there are more."""
    pending, count = [value], 0
    while pending and count < limit:
        count += 1
        pending.extend(_get_children(pending.pop()))
    return count


def _get_children(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def render_json(value: JsonValue) -> str:
    """Compact JSON text."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # whole numbers beyond 64 bits, which only the standard library writes
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def render_text(value: JsonValue) -> str:
    """A value as it reads inside a longer text: strings as they are, everything else as JSON."""
    return value if isinstance(value, str) else render_json(value)


def get_type_name(value: JsonValue) -> str:
    """The JSON name of a value's type; whole numbers are `integer`, others `number`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def is_equal(left: JsonValue, right: JsonValue) -> bool:
    """Equality of JSON: 1 equals 1.0, but true does not equal 1 (as it would in Python)."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, str):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(is_equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            is_equal(value, right[name]) for name, value in left.items()
        )
    return left == right or (
        isinstance(left, int | float)
        and isinstance(right, int | float)
        and _to_double(left) == _to_double(right)
    )


def _to_double(number: float) -> float:
    """Whole numbers beyond 64 bits as a body brings them; all others as they are."""
    if _SMALLEST_WHOLE <= number <= _LARGEST_WHOLE or abs(number) > _LARGEST_DOUBLE:
        return number
    return float(number)
