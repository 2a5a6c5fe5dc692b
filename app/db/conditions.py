"""Conditions on columns, with the caller's values quoted so that they stay values."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """A PostgREST operator and its operand, already quoted."""

    operator: str
    operand: str


def quote(value: object) -> str:
    """Return the value in the double quotes that keep PostgREST from reading it as syntax."""
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def any_of(values: Sequence[object]) -> Condition:
    """The column equals one of the values."""
    return Condition("in", f"({','.join(map(quote, values))})")


def at_least(value: object) -> Condition:
    """The column is not before the value."""
    return Condition("gte", str(value))


def before(value: object) -> Condition:
    """The column is before the value."""
    return Condition("lt", str(value))


def containing(text: str) -> Condition:
    """The column contains the text, in upper or lower case."""
    # `*` is PostgREST's way to write `%` and cannot be escaped; `_` stands for any one character.
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return Condition("ilike", f"%{escaped.replace('*', '_')}%")


def having_all(values: Sequence[str]) -> Condition:
    """The list in the column holds all these values."""
    return Condition("cs", f"{{{','.join(map(quote, values))}}}")
