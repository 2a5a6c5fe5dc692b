"""What the expressions of a script stand for."""

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from app.catalog.importers.openapi.answers import render_step
from app.engine.json_values import JsonValue

Part = Literal[
    "json", "text", "status", "reason", "time", "size", "header", "headers", "cookie", "response"
]


class UnclearError(Exception):
    """The expression stands for nothing that a test can say; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A part of the answer: a JSONPath of the body, or the name of a header or cookie."""

    part: Part
    path: str = "$"
    is_length: bool = False

    def step(self, name: str | int) -> "Answer":
        """Return a part of the part; raises `UnclearError` when there are none."""
        if self.part != "json" or self.is_length:
            message = "Only JSON has parts."
            raise UnclearError(message)
        if name == "length":
            return replace(self, is_length=True)
        step = f"[{name}]" if isinstance(name, int) else render_step(name)
        return replace(self, path=f"{self.path}{step}")


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in the script."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Text:
    """A text with `{{placeholders}}` of the collection."""

    text: str


@dataclass(frozen=True, slots=True)
class Matcher:
    """A regular expression."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether something holds for a part of the answer: an operator of ours."""

    subject: Answer
    operator: str
    expected: "Meaning"


@dataclass(frozen=True, slots=True)
class TypeName:
    """What `typeof` says of a part of the answer."""

    subject: Answer


@dataclass(frozen=True, slots=True)
class Undefined:
    """`undefined`."""


Meaning: TypeAlias = Answer | Constant | Text | Matcher | Comparison | TypeName | Undefined

_PAIRS: Final = (
    ("eq", "ne"),
    ("lt", "ge"),
    ("gt", "le"),
    ("in", "not-in"),
    ("contains", "not-contains"),
    ("matches", "not-matches"),
    ("exists", "absent"),
)
OPPOSITES: Final = dict(_PAIRS) | {right: left for left, right in _PAIRS}


def invert(operator: str) -> str:
    """Return the operator that holds when this one does not; raises `UnclearError`."""
    if operator not in OPPOSITES:
        message = f"There is no opposite of '{operator}'."
        raise UnclearError(message)
    return OPPOSITES[operator]
