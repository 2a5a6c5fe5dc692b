"""JSONPath queries for more than one value, answered by python-jsonpath within limits."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, cast

import regex
from jsonpath import JSONPath, JSONPathEnvironment, JSONPathMatch
from jsonpath.exceptions import JSONPathError
from jsonpath.function_extensions import Match, Search

from app.engine.json_path import Location, PathLimitError, query_limits
from app.engine.json_values import JsonValue
from app.engine.pattern_size import is_reasonable
from app.engine.patterns import MATCH_SECONDS

# A `..` may visit a value once per level above it, and `[a, b]` once per entry: limits on both keep
# the work proportional to the size of the document.
MAXIMUM_DESCENTS = 2
MAXIMUM_ALTERNATIVES = 1_000

_QUOTED = regex.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\"""")


class _Attempt(Protocol):
    def __call__(self, string: str, *, timeout: float) -> object: ...


class _Limits(Protocol):
    def holds(self, attempt: _Attempt, text: str) -> bool: ...


class BoundedMatch(Match):
    """The function `match` of JSONPath (RFC 9535, section 2.4.6)."""

    def __init__(self, limits: _Limits) -> None:
        super().__init__()
        self._limits = limits

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        compiled = self.check_cache(pattern) if is_reasonable(pattern) else None
        return isinstance(compiled, regex.Pattern) and self._limits.holds(compiled.fullmatch, value)


class BoundedSearch(Search):
    """The function `search` of JSONPath (RFC 9535, section 2.4.7)."""

    def __init__(self, limits: _Limits) -> None:
        super().__init__()
        self._limits = limits

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        compiled = self.check_cache(pattern) if is_reasonable(pattern) else None
        return isinstance(compiled, regex.Pattern) and self._limits.holds(compiled.search, value)


class _Environment(JSONPathEnvironment):
    """Limits the work on the query that is being answered."""

    def __init__(self) -> None:
        super().__init__(strict=True)
        self.function_extensions["match"] = BoundedMatch(self)
        self.function_extensions["search"] = BoundedSearch(self)
        self.begin()

    def begin(self) -> None:
        """Start with all that one query may use."""
        self._limits = query_limits.get()
        self._steps_left = self._limits.steps
        self._pattern_seconds_left = self._limits.pattern_seconds

    def spend(self) -> None:
        """Take one step; raise PathLimitError when there were too many."""
        self._steps_left -= 1
        if self._steps_left < 0:
            raise PathLimitError(
                f"the query takes more than {self._limits.steps} steps in this body"
            )

    def holds(self, attempt: _Attempt, text: str) -> bool:
        """Whether a pattern matches; raise PathLimitError when all together take too long."""
        if self._pattern_seconds_left < 0:
            raise PathLimitError("the patterns of the query take too long in this body")
        started = time.monotonic()
        try:
            return (
                attempt(text, timeout=min(MATCH_SECONDS, self._limits.pattern_seconds)) is not None
            )
        except TimeoutError:
            return False
        finally:
            self._pattern_seconds_left -= time.monotonic() - started

    def compare(self, left: object, operator: str, right: object) -> bool:
        self.spend()
        return super().compare(left, operator, right)


_ENVIRONMENT = _Environment()


class _CountedMatch(JSONPathMatch):
    """A value on the way; making the next one is a step."""

    def new_child(self, obj: object, key: int | str) -> JSONPathMatch:
        _ENVIRONMENT.spend()
        return super().new_child(obj, key)


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query of python-jsonpath."""

    query: JSONPath
    text: str
    is_singular: bool

    def select(self, document: JsonValue) -> list[JsonValue]:
        """The values found, in document order; nothing when the document defeats the query."""
        return [cast("JsonValue", match.obj) for match in self._find(document)]

    def locate(self, document: JsonValue) -> list[Location]:
        """Where the values are."""
        return [match.parts for match in self._find(document)]

    def _find(self, document: JsonValue) -> list[JSONPathMatch]:
        _ENVIRONMENT.begin()
        # The library parses a document that is a text as JSON, so its nodes are started here.
        root = cast("dict[str, object]", document)
        matches: Iterable[JSONPathMatch] = [
            _CountedMatch(
                filter_context={}, obj=document, parent=None, path="$", parts=(), root=root
            )
        ]
        for segment in self.query.segments:
            matches = segment.resolve(matches)
        try:
            return list(matches)
        except (JSONPathError, RecursionError):
            return []


def compile_query(text: str) -> Query:
    """Raise ValueError when the text is no JSONPath or asks for too much."""
    try:
        query = _ENVIRONMENT.compile(text)
    except (JSONPathError, RecursionError) as error:
        raise ValueError(str(error).partition("\n")[0]) from error
    if not isinstance(query, JSONPath):
        raise ValueError("there may be only one query")
    _check_cost(_QUOTED.sub("''", text))
    return Query(query, text, query.singular_query())


def _check_cost(text: str) -> None:
    if text.count("..") > MAXIMUM_DESCENTS:
        raise ValueError(f"there may be {MAXIMUM_DESCENTS} '..'")
    alternatives = 1
    for brackets in text.split("["):
        alternatives *= 1 + brackets.count(",")
    if alternatives > MAXIMUM_ALTERNATIVES:
        raise ValueError("there are too many alternatives in its brackets")
