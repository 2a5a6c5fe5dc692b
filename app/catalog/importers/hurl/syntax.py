"""What Hurl files consist of; texts keep their `{{placeholders}}`."""

from dataclasses import dataclass, field
from typing import Literal

from app.engine.json_values import JsonValue

ValueKind = Literal["text", "pattern", "literal", "placeholder", "bytes"]
BodyKind = Literal["json", "xml", "text", "graphql", "bytes"]


@dataclass(frozen=True, slots=True)
class Pair:
    """`name: value` in one line."""

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Value:
    """What a filter takes or a predicate compares with; `literal` is a number, boolean or null."""

    kind: ValueKind
    source: str
    literal: JsonValue = None


@dataclass(frozen=True, slots=True)
class Filter:
    """What is done with a value before it is compared or kept."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What is read from the answer."""

    name: str
    argument: Value | None
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Predicate:
    """How it is compared."""

    name: str
    is_negated: bool
    value: Value | None


@dataclass(frozen=True, slots=True)
class Check:
    """A line of `[Asserts]`."""

    query: Query
    predicate: Predicate
    line: int


@dataclass(frozen=True, slots=True)
class Capture:
    """A line of `[Captures]`."""

    name: str
    query: Query
    is_secret: bool
    line: int


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it is written, without what marks its begin and end."""

    kind: BodyKind
    source: str
    line: int


@dataclass(slots=True, kw_only=True)
class Message:
    """Headers, sections of pairs by name, and a body."""

    line: int
    headers: list[Pair] = field(default_factory=list[Pair])
    sections: dict[str, list[Pair]] = field(default_factory=dict[str, list[Pair]])
    body: Body | None = None


@dataclass(slots=True, kw_only=True)
class Answer(Message):
    """What is expected; any `status` when it is None."""

    version: str
    status: int | None
    captures: list[Capture] = field(default_factory=list[Capture])
    checks: list[Check] = field(default_factory=list[Check])


@dataclass(slots=True, kw_only=True)
class Entry(Message):
    """A request and what is expected; `comment` is the first line of comment above it."""

    method: str
    url: str
    comment: str | None
    answer: Answer | None = None
