"""The body as a whole: exact, partial or containing something."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.engine.assertions.differences import Difference, iter_differences
from app.engine.assertions.operators import show
from app.engine.assertions.predicate import Predicate, Reading
from app.engine.errors import InvalidExpectationError
from app.engine.json_values import JsonValue
from app.engine.response import Response
from app.engine.results import AssertionResult

MATCH_TYPES = ("exact", "partial", "contains")
MAXIMUM_DIFFERENCES = 50


@dataclass(frozen=True, slots=True)
class BodyCheck:
    """Compares the body with the expected one: one result per difference."""

    expected: JsonValue
    match_type: str

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """One passed result, or a failed one for each of the first differences."""
        differences = list(islice(self._iter_differences(response), MAXIMUM_DIFFERENCES))
        if not differences:
            return (self._report(Difference("$", self.expected, None, ""), passed=True),)
        return tuple(self._report(difference, passed=False) for difference in differences)

    def _iter_differences(self, response: Response) -> Iterator[Difference]:
        if isinstance(self.expected, str) and self._matches_text(self.expected, response):
            return
        if response.json_problem is not None:
            yield Difference("$", self.expected, response.text, self._explain_text(response))
        elif self.match_type == "contains":
            yield from self._find_absence(response)
        else:
            yield from iter_differences(
                self.expected, response.json, partial=self.match_type == "partial"
            )

    def _matches_text(self, expected: str, response: Response) -> bool:
        if self.match_type == "exact":
            return response.text == expected
        return expected in response.text

    def _explain_text(self, response: Response) -> str:
        if isinstance(self.expected, str):
            return f"expected {show(self.expected)}, got {show(response.text)}"
        return response.json_problem or "the body is not JSON"

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


def build_body_check(expected: JsonValue, match_type: str | None) -> BodyCheck:
    """Raise InvalidExpectationError for a kind of match that is not supported."""
    kind = match_type or "exact"
    if kind not in MATCH_TYPES:
        raise InvalidExpectationError(
            f"matching by '{kind}' is not supported yet; there is {', '.join(MATCH_TYPES)}",
            "body_match_type",
        )
    return BodyCheck(expected, kind)


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
