"""The body as a whole: exact, partial, containing something, of a schema or of a pattern."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from app.engine.assertions import json_path
from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.differences import Difference, iter_differences
from app.engine.assertions.operators import check_operator, show
from app.engine.assertions.places import remove_places
from app.engine.assertions.predicate import Predicate
from app.engine.deferred import Deferred
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import CompiledPath, PathLimitError, compile_paths
from app.engine.json_values import JsonValue
from app.engine.reading import Reading
from app.engine.response import Response
from app.engine.results import AssertionResult

MAXIMUM_DIFFERENCES = 50
LOCATION = "expected_body"


@dataclass(frozen=True, slots=True)
class BodyCheck:
    """Compares the body with the expected one: one result per difference."""

    expected: JsonValue
    match_type: str
    ignored: tuple[CompiledPath, ...] = ()

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """One passed result, or a failed one for each of the first differences."""
        try:
            differences = list(islice(self._iter_differences(response), MAXIMUM_DIFFERENCES))
        except PathLimitError as error:
            differences = [Difference("$", self.expected, None, str(error))]
        if not differences:
            return (self._report(Difference("$", self.expected, None, ""), passed=True),)
        return tuple(self._report(difference, passed=False) for difference in differences)

    def _iter_differences(self, response: Response) -> Iterator[Difference]:
        if isinstance(self.expected, str) and self._matches_text(self.expected, response):
            return
        if response.json_problem is not None:
            message = self._explain_text(response, response.json_problem.message)
            yield Difference("$", self.expected, response.text, message)
        elif self.match_type == "contains":
            yield from self._find_absence(response)
        else:
            yield from iter_differences(
                remove_places(self.expected, self.ignored),
                remove_places(response.json, self.ignored),
                partial=self.match_type == "partial",
            )

    def _matches_text(self, expected: str, response: Response) -> bool:
        if self.match_type == "exact":
            return response.text == expected
        return expected in response.text

    def _explain_text(self, response: Response, problem: str) -> str:
        if not isinstance(self.expected, str):
            return problem
        note = "" if response.is_text else " (with bytes that are not text)"
        return f"expected {show(self.expected)}, got {show(response.text)}{note}"

    def _find_absence(self, response: Response) -> Iterator[Difference]:
        if not any(_holds(value, self.expected) for value in _iter_values(response.json)):
            message = f"nothing in the body matches {show(self.expected)}"
            yield Difference("$", self.expected, response.json, message)

    def _report(self, difference: Difference, *, passed: bool) -> AssertionResult:
        return AssertionResult(
            name=f"body matches ({self.match_type})",
            type="body",
            operator=self.match_type,
            path=difference.path,
            expected=difference.expected,
            actual=difference.actual,
            passed=passed,
            message=None if passed else f"body {difference.path}: {difference.message}",
            diff=None if passed else difference.render(),
        )


def _holds(value: JsonValue, expected: JsonValue) -> bool:
    return next(iter_differences(expected, value, partial=True), None) is None


def _iter_values(value: JsonValue) -> Iterator[JsonValue]:
    pending = [value]
    while pending:
        item = pending.pop()
        yield item
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


_build_schema_check: Callable[[JsonValue, str, str], Check] = Deferred(
    "app.engine.assertions.schema", "build_schema_check"
)


MATCH_TYPES = ("exact", "partial", "contains", "schema", "regex")


def build_body_check(
    expected: JsonValue, match_type: str | None, ignore_paths: tuple[str, ...] = ()
) -> Check:
    """Raise InvalidExpectationError for an unknown kind of match, or one that cannot be done."""
    kind = match_type or "exact"
    if kind not in MATCH_TYPES:
        raise InvalidExpectationError(
            f"there is no match '{kind}'; there is {', '.join(MATCH_TYPES)}", "body_match_type"
        )
    if kind == "schema":
        return _build_schema_check(expected, "body matches the schema", LOCATION)
    if kind == "regex":
        check_operator("matches", expected, LOCATION)
        return build_whole_body_predicate("matches", expected, "body matches (regex)")
    return BodyCheck(expected, kind, compile_paths(ignore_paths, "ignore_paths"))


def build_whole_body_predicate(
    operator: str, expected: JsonValue, name: str | None = None
) -> Predicate:
    """An operator on the whole body: JSON where it is JSON and not asked for as a text."""

    def read(response: Response) -> Reading:
        as_text = operator in ("contains", "matches") and isinstance(expected, str)
        if as_text or response.json_problem is not None:
            return Reading(bool(response.text), response.text, "the body is empty")
        return Reading(True, response.json)

    return Predicate(
        name=name or "body", type="body", operator=operator, read=read, expected=expected, path="$"
    )


def declare(declaration: Declaration) -> Check:
    """An assertion of type `body`: about the whole, or about what a JSONPath finds."""
    if declaration.path is not None:
        return json_path.declare(declaration)
    operator = declaration.choose_operator("eq")
    return build_whole_body_predicate(operator, declaration.expected, declaration.description)
