"""The values that a test is repeated with."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, product

from app.engine.document import Document
from app.engine.errors import InvalidIterationError, InvalidPlanError, TemplateError
from app.engine.json_values import JsonObject, JsonValue, get_type_name, render_text
from app.engine.templates import (
    Evaluation,
    ValuePath,
    follow,
    missing_name,
    parse_path,
    render_string,
)
from app.engine.templates.roots import FIXTURE, ITERATION

SOURCES = ("fixture", "csv", "items", "matrix")

MAXIMUM_ITERATIONS = 10_000
MAXIMUM_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterate:
    """Where the values come from: exactly one source. `name` is the template of their names."""

    fixture: str | None = None
    csv: str | None = None
    items: Sequence[JsonValue] | None = None
    matrix: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    name: str | None = None

    @classmethod
    def from_document(cls, document: Document) -> "Iterate":
        """Read `iterate` of a test; raise InvalidPlanError naming the field."""
        given = [name for name in SOURCES if document.fields.get(name) is not None]
        if len(given) != 1:
            raise InvalidPlanError(document.location, f"must have one of {', '.join(SOURCES)}")
        return cls(
            fixture=document.find_text("fixture"),
            csv=document.find_text("csv"),
            items=document.find_list("items"),
            matrix=document.get_object("matrix"),
            name=document.find_text("name"),
        )


@dataclass(frozen=True, slots=True)
class Iteration:
    """One value, its place (from 0) and the name that templates see; people see its label."""

    index: int
    name: str
    value: JsonValue

    def to_document(self) -> JsonObject:
        """What templates see under `iteration`."""
        return {"index": self.index, "name": self.name, "value": self.value}


def expand(iterate: Iterate, fixtures: Mapping[str, JsonValue]) -> tuple[Iteration, ...]:
    """
    Every value with its name, which may hold secrets.

    Raises InvalidIterationError naming the field: a fixture that is not there or not a list, CSV
    whose lines differ in length, nothing to iterate over, over MAXIMUM_ITERATIONS values.
    """
    known = dict(fixtures)
    field_name, values = _read_values(iterate, known)
    if not values:
        raise InvalidIterationError("has no entries to iterate over", field_name)
    if len(values) > MAXIMUM_ITERATIONS:
        raise _refuse_size(field_name)
    return tuple(
        Iteration(index, _name(iterate, known, index, value), value)
        for index, value in enumerate(values)
    )


def label(iterations: Iterable[Iteration], redact: Callable[[str], str]) -> tuple[str, ...]:
    """The names as people see them: without secrets, on one line, not long, no two the same."""
    names = _UniqueNames()
    return tuple(names.take(redact(iteration.name)) for iteration in iterations)


def _read_values(iterate: Iterate, fixtures: JsonObject) -> tuple[str, Sequence[JsonValue]]:
    if iterate.fixture is not None:
        return "iterate.fixture", _read_fixture(iterate.fixture, fixtures)
    if iterate.csv is not None:
        return "iterate.csv", _read_csv(iterate.csv)
    if iterate.items is not None:
        return "iterate.items", iterate.items
    return "iterate.matrix", _combine(iterate.matrix)


def _refuse_size(location: str) -> InvalidIterationError:
    return InvalidIterationError(f"has more than {MAXIMUM_ITERATIONS} entries", location)


def _read_fixture(name: str, fixtures: JsonObject) -> list[JsonValue]:
    location = "iterate.fixture"
    try:
        value = fixtures[name] if name in fixtures else _follow_fixture(name, fixtures)
    except TemplateError as error:
        raise InvalidIterationError(error.message, location) from error
    if not isinstance(value, list):
        raise InvalidIterationError(
            f"'{name}' must be a list, not {get_type_name(value)}", location
        )
    return value


def _follow_fixture(name: str, fixtures: JsonObject) -> JsonValue:
    """A list within a fixture, such as `catalog.products`."""
    return follow(fixtures, parse_path(f"{FIXTURE}.{name}"), FIXTURE)


def _read_csv(text: str) -> list[JsonValue]:
    """Objects by the names in the first line; every value is a text."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    values: list[JsonValue] = []
    try:
        header = _read_header(next(reader, list[str]()))
        for row in reader:
            if row:
                values.append(_read_row(header, row, reader.line_num))
            if len(values) > MAXIMUM_ITERATIONS:
                raise _refuse_size("iterate.csv")
    except csv.Error as error:
        raise InvalidIterationError(f"line {reader.line_num}: {error}", "iterate.csv") from error
    return values


def _read_header(names: list[str]) -> list[str]:
    header = [name.strip() for name in names]
    if not header or not all(header):
        raise InvalidIterationError("the first line must name every column", "iterate.csv")
    for name in header:
        if header.count(name) > 1:
            raise InvalidIterationError(f"the first line names '{name}' twice", "iterate.csv")
    return header


def _read_row(header: list[str], row: list[str], line: int) -> JsonObject:
    if len(row) != len(header):
        raise InvalidIterationError(
            f"line {line} has {len(row)} values, and the first line names {len(header)} columns",
            "iterate.csv",
        )
    return dict(zip(header, row, strict=True))


def _combine(matrix: Mapping[str, JsonValue]) -> list[JsonValue]:
    """Every combination; the last name changes fastest."""
    choices = [_read_choices(name, value) for name, value in matrix.items()]
    if math.prod(map(len, choices)) > MAXIMUM_ITERATIONS:
        raise InvalidIterationError(
            f"has more than {MAXIMUM_ITERATIONS} combinations", "iterate.matrix"
        )
    return [dict(zip(matrix, values, strict=True)) for values in product(*choices) if values]


def _read_choices(name: str, value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list) or not value:
        what = "an empty list" if value == [] else get_type_name(value)
        raise InvalidIterationError(
            f"must be a list of values, not {what}", f"iterate.matrix.{name}"
        )
    return value


class _NameSource:
    """What the template of a name sees: the iteration and the fixtures."""

    def __init__(self, iteration: Iteration, fixtures: JsonObject) -> None:
        self.evaluation = Evaluation(str(iteration.index))
        self._roots: dict[str, JsonValue] = {
            ITERATION: iteration.to_document(),
            FIXTURE: fixtures,
        }

    def resolve(self, path: ValuePath) -> JsonValue:
        """The value; TemplateError says what a name can use."""
        if path.root not in self._roots:
            raise missing_name(path, "the name of an iteration", path.root, list(self._roots))
        return follow(self._roots[path.root], path, path.root)


def _name(iterate: Iterate, fixtures: JsonObject, index: int, value: JsonValue) -> str:
    plain = _describe(value) or str(index)
    if not iterate.name:
        return plain
    source = _NameSource(Iteration(index, plain, value), fixtures)
    try:
        return render_string(iterate.name, source, "iterate.name")
    except TemplateError as error:
        raise InvalidIterationError(
            error.message.removeprefix("iterate.name: "), "iterate.name"
        ) from error


def _describe(value: JsonValue) -> str:
    """A short name: of an object, its plain fields."""
    if not isinstance(value, dict):
        return render_text(value)
    return ", ".join(
        f"{name}={render_text(item)}"
        for name, item in value.items()
        if not isinstance(item, dict | list)
    )


class _UniqueNames:
    """Shortens names, and numbers those that were there before."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counts: dict[str, Iterator[int]] = {}

    def take(self, name: str) -> str:
        """The name, or `name #2` and so on."""
        cut = " ".join(name.split())[:MAXIMUM_NAME_CHARACTERS]
        unique = cut
        while unique in self._taken:
            unique = f"{cut} #{next(self._counts.setdefault(cut, count(2)))}"
        self._taken.add(unique)
        return unique
