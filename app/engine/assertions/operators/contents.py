"""What is inside a value: parts of texts, entries of lists, names of objects."""

from collections.abc import Callable, Mapping

from app.engine.assertions.operators.operator import Operator, accept, expecting
from app.engine.deferred import Deferred
from app.engine.json_values import JsonValue, is_equal

MAXIMUM_MATCHED_CHARACTERS = 100_000

_is_found: Callable[[str, str], bool] = Deferred("app.engine.patterns", "is_found")
_find_pattern_fault: Callable[[JsonValue], str | None] = Deferred(
    "app.engine.patterns", "find_pattern_fault"
)


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
    return _is_found(expected, actual[:MAXIMUM_MATCHED_CHARACTERS])


def _find_pattern_misuse(expected: JsonValue) -> str | None:
    fault = _find_pattern_fault(expected)
    return None if fault is None else f"'matches': {fault}"


CONTENTS: Mapping[str, Operator] = {
    "contains": Operator(
        holds=_contains,
        explain=expecting("something containing "),
        find_misuse=accept,
        takes_lists=True,
    ),
    "matches": Operator(
        holds=_matches,
        explain=expecting("something matching "),
        find_misuse=_find_pattern_misuse,
    ),
}
