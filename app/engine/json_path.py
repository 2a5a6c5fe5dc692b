"""
JSONPath (RFC 9535), compiled once per text.

Paths of names and indexes alone, such as `$.items[0].id`, are followed here; all others by
python-jsonpath, which agrees with it and is loaded when the first of them is met.
"""

import re
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeAlias

from app.engine.deferred import Deferred
from app.engine.errors import InvalidExpectationError
from app.engine.json_values import JsonValue, render_json

Step: TypeAlias = str | int
Location: TypeAlias = tuple[Step, ...]

MAXIMUM_PATH_CHARACTERS = 2_000

_SEGMENT = re.compile(
    r"""\.(?P<name>[A-Za-z_\u0080-\ud7ff\ue000-\U0010ffff][A-Za-z0-9_\u0080-\ud7ff\ue000-\U0010ffff]*)
      | \[(?P<index>0|-?[1-9][0-9]{0,14})\]
      | \['(?P<single>[^'\\\x00-\x1f\ud800-\udfff]*)'\]
      | \["(?P<double>[^"\\\x00-\x1f\ud800-\udfff]*)"\]""",
    re.VERBOSE,
)
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class PathLimitError(Exception):
    """A document makes a query too expensive to answer."""


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What one query may cost; a step is a value that it looks at."""

    steps: int = 1_000_000
    pattern_seconds: float = 1.0


_USUAL_LIMITS = QueryLimits()
query_limits: ContextVar[QueryLimits] = ContextVar("query_limits", default=_USUAL_LIMITS)


@contextmanager
def limiting_queries(limits: QueryLimits) -> Generator[None]:
    """Hold the queries that are answered within to these limits."""
    token = query_limits.set(limits)
    try:
        yield
    finally:
        query_limits.reset(token)


class CompiledPath(Protocol):
    """A query; a singular one names at most one value whatever the document holds."""

    @property
    def text(self) -> str: ...

    @property
    def is_singular(self) -> bool: ...

    def select(self, document: JsonValue) -> list[JsonValue]:
        """The values found, in document order; raise PathLimitError when there is too much to do."""
        ...

    def locate(self, document: JsonValue) -> list[Location]:
        """Where the values are; raise PathLimitError when there is too much to do."""
        ...


@dataclass(frozen=True, slots=True)
class SingularPath:
    """Names and indexes, one after the other."""

    text: str
    steps: Location
    is_singular: bool = True

    def select(self, document: JsonValue) -> list[JsonValue]:
        """One value or none."""
        value = document
        for step in self.steps:
            if isinstance(step, str):
                if not isinstance(value, dict) or step not in value:
                    return []
                value = value[step]
            elif isinstance(value, list) and -len(value) <= step < len(value):
                value = value[step]
            else:
                return []
        return [value]

    def locate(self, document: JsonValue) -> list[Location]:
        """One place or none; indexes are counted from the beginning."""
        value, places = document, list[Step]()
        for step in self.steps:
            found = SingularPath("", (step,)).select(value)
            if not found:
                return []
            places.append(_count_from_start(step, value))
            value = found[0]
        return [tuple(places)]


def _count_from_start(step: Step, value: JsonValue) -> Step:
    return step % len(value) if isinstance(step, int) and isinstance(value, list) else step


_compile_query: Callable[[str], CompiledPath] = Deferred("app.engine.json_queries", "compile_query")


@lru_cache(maxsize=4096)
def _compile(text: str) -> CompiledPath:
    steps = _find_steps(text)
    return _compile_query(text) if steps is None else SingularPath(text, steps)


def _find_steps(text: str) -> Location | None:
    """The steps of a path of names and indexes; None for all else."""
    if not text.startswith("$"):
        return None
    steps: list[Step] = []
    position = 1
    while position < len(text):
        segment = _SEGMENT.match(text, position)
        if segment is None:
            return None
        kind, value = segment.lastgroup, segment[segment.lastgroup or 0]
        steps.append(int(value) if kind == "index" else value)
        position = segment.end()
    return tuple(steps)


def compile_path(text: str, location: str) -> CompiledPath:
    """Compile a JSONPath; InvalidExpectationError says what is wrong with it."""
    if len(text) > MAXIMUM_PATH_CHARACTERS:
        raise InvalidExpectationError(
            f"a JSONPath may have {MAXIMUM_PATH_CHARACTERS} characters", location
        )
    try:
        return _compile(text)
    except ValueError as error:
        raise InvalidExpectationError(f"'{text}' is not a JSONPath: {error}", location) from error


def compile_paths(texts: Iterable[str], location: str) -> tuple[CompiledPath, ...]:
    """Compile several; InvalidExpectationError names the list they are in."""
    return tuple(compile_path(text, location) for text in texts)


def render_path(location: Iterable[Step]) -> str:
    """The singular JSONPath of a place."""
    return "$" + "".join(map(render_step, location))


def render_step(step: Step) -> str:
    """A name or an index as a segment of a JSONPath."""
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN_NAME.fullmatch(step) else f"[{render_json(step)}]"
