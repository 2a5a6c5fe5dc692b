"""What every operator is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from app.engine.json_values import JsonValue, render_json

MAXIMUM_SHOWN_CHARACTERS = 200

# These ask whether something is there at all, before any comparison.
PRESENCE_OPERATORS = ("exists", "absent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """
    Compares an actual value with the expected one; never raises for an expected value it accepts.

    `explain` says how a comparison that does not hold reads. One that `takes_lists` looks at
    everything a query found; the others compare a single find by itself.
    """

    holds: Callable[[JsonValue, JsonValue], bool]
    explain: Callable[[JsonValue, JsonValue], str]
    find_misuse: Callable[[JsonValue], str | None]
    takes_lists: bool = False


def show(value: JsonValue) -> str:
    """A value as JSON, cut where it stops being readable."""
    return cut(render_json(value), MAXIMUM_SHOWN_CHARACTERS)


def cut(text: str, characters: int) -> str:
    """The text, ending in `...` where it was cut: redaction looks for parts of secrets before that."""
    return text if len(text) <= characters else f"{text[:characters]}..."


def expecting(words: str) -> Callable[[JsonValue, JsonValue], str]:
    """An explanation such as `expected at least 8, got 7`, where `words` are `at least`."""

    def explain(actual: JsonValue, expected: JsonValue) -> str:
        return f"expected {words}{show(expected)}, got {show(actual)}"

    return explain


def accept(_: JsonValue) -> str | None:
    """Nothing is misuse."""
    return None
