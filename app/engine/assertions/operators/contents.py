"""What is inside a value: parts of texts, entries of lists, names of objects."""

from collections.abc import Callable, Mapping

from app.engine.assertions.operators.operator import Operator, accept, expecting, show
from app.engine.deferred import Deferred
from app.engine.json_values import JsonValue, is_equal

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
    """A pattern that takes too long neither matches nor fails to match."""
    return _search(actual, expected) is True


def _does_not_match(actual: JsonValue, expected: JsonValue) -> bool:
    return _search(actual, expected) is False


def _search(actual: JsonValue, expected: JsonValue) -> bool | None:
    """Whether the pattern occurs in the text; None when that takes too long."""
    if not isinstance(actual, str) or not isinstance(expected, str):
        return False
    try:
        return _is_found(expected, actual)
    except TimeoutError:
        return None


def _explain_match(words: str) -> Callable[[JsonValue, JsonValue], str]:
    def explain(actual: JsonValue, expected: JsonValue) -> str:
        if _search(actual, expected) is None:
            return f"the pattern {show(expected)} takes too long in {show(actual)}"
        return expecting(words)(actual, expected)

    return explain


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
        explain=_explain_match("something matching "),
        find_misuse=_find_pattern_misuse,
    ),
    "not-contains": Operator(
        holds=lambda actual, expected: not _contains(actual, expected),
        explain=expecting("nothing containing "),
        find_misuse=accept,
        takes_lists=True,
    ),
    "not-matches": Operator(
        holds=_does_not_match,
        explain=_explain_match("nothing matching "),
        find_misuse=_find_pattern_misuse,
    ),
}
