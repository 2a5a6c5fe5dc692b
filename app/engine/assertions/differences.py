"""Where two JSON documents differ: every place, not just the first."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.assertions.operators import show
from app.engine.json_values import JsonValue, is_equal


@dataclass(frozen=True, slots=True)
class Difference:
    """One place, as a JSONPath, and what is wrong there."""

    path: str
    expected: JsonValue
    actual: JsonValue
    message: str


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
        place = f"{path}.{name}"
        if name in actual:
            yield from iter_differences(value, actual[name], partial=partial, path=place)
        else:
            yield Difference(place, value, None, f"expected {show(value)}, it is missing")
    if not partial:
        for name in actual.keys() - expected.keys():
            value = actual[name]
            yield Difference(f"{path}.{name}", None, value, f"unexpected field {show(value)}")


def _compare_lists(
    expected: list[JsonValue], actual: list[JsonValue], partial: bool, path: str
) -> Iterator[Difference]:
    for index, value in enumerate(expected):
        place = f"{path}[{index}]"
        if index < len(actual):
            yield from iter_differences(value, actual[index], partial=partial, path=place)
        else:
            yield Difference(place, value, None, f"expected {show(value)}, it is missing")
    if not partial:
        for index in range(len(expected), len(actual)):
            value = actual[index]
            yield Difference(f"{path}[{index}]", None, value, f"unexpected entry {show(value)}")
