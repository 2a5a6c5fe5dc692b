"""The body as it was accepted earlier, noise left out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.differences import Difference, iter_differences, render_differences
from app.engine.assertions.places import remove_places, replace_places
from app.engine.deferred import Deferred
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import CompiledPath, PathLimitError, compile_path, compile_paths
from app.engine.json_values import JsonValue
from app.engine.response import Response
from app.engine.results import AssertionResult

MASK = "<masked>"
MAXIMUM_SECONDS = 1.0
MAXIMUM_DIFFERENCES = 1_000

_find_pattern_fault: Callable[[str], str | None] = Deferred(
    "app.engine.patterns", "find_pattern_fault"
)
_replace_all: Callable[[str, str, str], str] = Deferred("app.engine.patterns", "replace_all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What differs from one answer to the next and does not matter."""

    ignored: tuple[CompiledPath, ...] = ()
    masked: tuple[CompiledPath, ...] = ()
    patterns: tuple[str, ...] = ()

    def remove(self, body: JsonValue) -> JsonValue:
        """The body without it; raise PathLimitError or TimeoutError."""
        kept = replace_places(remove_places(body, self.ignored), self.masked, MASK)
        if not self.patterns:
            return kept
        return self._mask_texts(kept, time.monotonic() + MAXIMUM_SECONDS)

    def _mask_texts(self, value: JsonValue, deadline: float) -> JsonValue:
        if isinstance(value, list):
            return [self._mask_texts(item, deadline) for item in value]
        if isinstance(value, dict):
            return {name: self._mask_texts(item, deadline) for name, item in value.items()}
        if not isinstance(value, str):
            return value
        if time.monotonic() > deadline:
            raise TimeoutError
        for pattern in self.patterns:
            value = _replace_all(pattern, MASK, value)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotCheck:
    """Compares the body with an accepted one, both without noise; `accepted` is empty without one."""

    name: str
    title: str
    accepted: tuple[JsonValue, ...]
    noise: Noise

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """One result, passed or not."""
        obstacle = response.find_obstacle()
        if obstacle is not None:
            response.note(obstacle)
            return (self._report(obstacle.message),)
        try:
            return (self._compare(response),)
        except PathLimitError as error:
            return (self._report(str(error)),)
        except TimeoutError:
            return (self._report("its masks take too long in this body"),)

    def _compare(self, response: Response) -> AssertionResult:
        actual = self.noise.remove(_read_body(response))
        if not self.accepted:
            message = (
                "is not stored yet; to accept this answer, "
                f"store the actual value as snapshots.{self.name} of the test"
            )
            return self._report(message, actual=actual)
        expected = self.noise.remove(self.accepted[0])
        found = iter_differences(expected, actual, partial=False)
        differences = list(islice(found, MAXIMUM_DIFFERENCES))
        if not differences:
            return self._report(None, expected, actual)
        first = differences[0]
        message = f"differs in {_count(differences)}: {first.path}: {first.message}"
        return self._report(message, expected, actual, render_differences(differences))

    def _report(
        self,
        fault: str | None,
        expected: JsonValue = None,
        actual: JsonValue = None,
        diff: str | None = None,
    ) -> AssertionResult:
        return AssertionResult(
            name=self.title,
            type="snapshot",
            operator="snapshot",
            path="$",
            expected=expected,
            actual=actual,
            passed=fault is None,
            message=None if fault is None else f"{self.title}: {fault}",
            diff=diff,
        )


def _count(differences: Sequence[Difference]) -> str:
    if len(differences) == MAXIMUM_DIFFERENCES:
        return f"at least {MAXIMUM_DIFFERENCES} places"
    return "1 place" if len(differences) == 1 else f"{len(differences)} places"


def _read_body(response: Response) -> JsonValue:
    return response.text if response.json_problem is not None else response.json


def declare(declaration: Declaration) -> Check:
    """
    An assertion of type `snapshot`; `name` says which of the test's snapshots.

    A mask that begins with `$` is a JSONPath whose finds are masked, any other a regular expression
    that is masked wherever it matches in a text.
    """
    name = declaration.require_name("a snapshot")
    snapshots = declaration.expectations.snapshots
    return SnapshotCheck(
        name=name,
        title=declaration.description or f"snapshot {name}",
        accepted=(snapshots[name],) if name in snapshots else (),
        noise=_build_noise(declaration),
    )


def _build_noise(declaration: Declaration) -> Noise:
    location = f"{declaration.location}.masks"
    paths = [mask for mask in declaration.masks if mask.startswith("$")]
    patterns = tuple(mask for mask in declaration.masks if not mask.startswith("$"))
    for pattern in patterns:
        fault = _find_pattern_fault(pattern)
        if fault is not None:
            raise InvalidExpectationError(fault, location)
    return Noise(
        ignored=compile_paths(declaration.expectations.ignore_paths, "ignore_paths"),
        masked=tuple(compile_path(path, location) for path in paths),
        patterns=patterns,
    )
