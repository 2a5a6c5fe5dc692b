"""Where two JSON documents differ: every place, not just the first."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

from app.engine.assertions.operators.operator import cut, show
from app.engine.json_path import render_step
from app.engine.json_values import JsonValue, is_equal

Kind: TypeAlias = Literal["changed", "missing", "unexpected"]

MAXIMUM_PLACES_SHOWN = 20
MAXIMUM_DIFF_CHARACTERS = 10_000
MAXIMUM_LINES_COMPARED = 200
MAXIMUM_LINE_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One place, as a JSONPath, and what is wrong there."""

    path: str
    expected: JsonValue
    actual: JsonValue
    message: str
    kind: Kind = "changed"

    def render(self) -> str:
        """The place and under it what was expected (-) and what came (+)."""
        if self.kind == "missing":
            return f"{self.path}\n- {show(self.expected)}"
        if self.kind == "unexpected":
            return f"{self.path}\n+ {show(self.actual)}"
        return f"{self.path}\n{_render_change(self.expected, self.actual)}"


def _render_change(expected: JsonValue, actual: JsonValue) -> str:
    if isinstance(expected, str) and isinstance(actual, str) and "\n" in expected + actual:
        return render_text_diff(expected, actual)
    return f"- {show(expected)}\n+ {show(actual)}"


def iter_differences(
    expected: JsonValue, actual: JsonValue, *, partial: bool, path: str = "$"
) -> Iterator[Difference]:
    """Compare; a partial match allows more fields in objects and more entries after those of lists."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from _compare_objects(expected, actual, partial, path)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _compare_lists(expected, actual, partial, path)
    elif not is_equal(expected, actual):
        message = f"expected {show(expected)}, got {show(actual)}"
        yield Difference(path, expected, actual, message)


def _compare_objects(
    expected: dict[str, JsonValue], actual: dict[str, JsonValue], partial: bool, path: str
) -> Iterator[Difference]:
    for name, value in expected.items():
        place = path + render_step(name)
        if name in actual:
            yield from iter_differences(value, actual[name], partial=partial, path=place)
        else:
            yield _report_missing(place, value)
    if not partial:
        for name, value in actual.items():
            if name not in expected:
                message = f"unexpected field {show(value)}"
                place = path + render_step(name)
                yield Difference(place, None, value, message, "unexpected")


def _compare_lists(
    expected: list[JsonValue], actual: list[JsonValue], partial: bool, path: str
) -> Iterator[Difference]:
    for index, value in enumerate(expected):
        place = f"{path}[{index}]"
        if index < len(actual):
            yield from iter_differences(value, actual[index], partial=partial, path=place)
        else:
            yield _report_missing(place, value)
    if not partial:
        for index in range(len(expected), len(actual)):
            value = actual[index]
            message = f"unexpected entry {show(value)}"
            yield Difference(f"{path}[{index}]", None, value, message, "unexpected")


def _report_missing(place: str, expected: JsonValue) -> Difference:
    message = f"expected {show(expected)}, it is missing"
    return Difference(place, expected, None, message, "missing")


def render_diff(expected: JsonValue, actual: JsonValue, path: str = "$") -> str:
    """Every place where two values differ, readable and bounded; `path` is where they stand."""
    return render_differences(iter_differences(expected, actual, partial=False, path=path))


def render_differences(differences: Iterable[Difference]) -> str:
    """The first differences, one under the other."""
    pending = iter(differences)
    shown = [difference.render() for difference in islice(pending, MAXIMUM_PLACES_SHOWN)]
    if next(pending, None) is not None:
        shown.append("... and more")
    return cut("\n".join(shown), MAXIMUM_DIFF_CHARACTERS)


def render_text_diff(expected: str, actual: str) -> str:
    """A unified diff, from the first line that differs on."""
    old, new = expected.splitlines(), actual.splitlines()
    start = _count_common_lines(old, new)
    if start == max(len(old), len(new)):
        return "(the ends of lines differ)"
    lines = difflib.unified_diff(
        _take(old, start), _take(new, start), "expected", "actual", lineterm="", n=1
    )
    return cut("\n".join([f"(from line {start + 1})", *lines]), MAXIMUM_DIFF_CHARACTERS)


def _count_common_lines(old: Sequence[str], new: Sequence[str]) -> int:
    for index, (left, right) in enumerate(zip(old, new, strict=False)):
        if left != right:
            return index
    return min(len(old), len(new))


def _take(lines: Sequence[str], start: int) -> list[str]:
    kept = lines[start : start + MAXIMUM_LINES_COMPARED]
    return [cut(line, MAXIMUM_LINE_CHARACTERS) for line in kept]
