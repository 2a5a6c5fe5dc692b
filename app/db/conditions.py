"""Conditions on columns, with the caller's values quoted so that they stay values."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """A PostgREST operator and its operand, already quoted."""

    operator: str
    operand: str


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The condition holds for at least one of the columns; the name it is given under means nothing."""

    columns: tuple[str, ...]
    condition: Condition

    def to_filter(self) -> str:
        """Return the alternatives as PostgREST takes them in `or`."""
        operand = quote(self.condition.operand)
        return ",".join(f"{column}.{self.condition.operator}.{operand}" for column in self.columns)


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
