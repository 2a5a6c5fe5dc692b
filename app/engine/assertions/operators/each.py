"""An operator that every entry of a list must satisfy."""

import time
from collections.abc import Iterator, Mapping

from app.engine.assertions.operators.operator import PRESENCE_OPERATORS, Operator, show
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import PathLimitError, compile_path
from app.engine.json_values import JsonObject, JsonValue, get_type_name

MAXIMUM_FAULTS_SHOWN = 3
MAXIMUM_SECONDS = 1.0


def build_each(operators: Mapping[str, Operator]) -> Operator:
    """The operator over the others: `expected` is `{operator, expected, path?}`."""
    each = _Each(operators)
    return Operator(
        holds=each.holds, explain=each.explain, find_misuse=each.find_misuse, takes_lists=True
    )


class _Each:
    def __init__(self, operators: Mapping[str, Operator]) -> None:
        self._operators = operators

    def holds(self, actual: JsonValue, expected: JsonValue) -> bool:
        if not isinstance(actual, list) or not isinstance(expected, dict):
            return False
        return next(self._iter_faults(actual, expected), None) is None

    def explain(self, actual: JsonValue, expected: JsonValue) -> str:
        if not isinstance(actual, list) or not isinstance(expected, dict):
            return f"expected a list, got {show(actual)} of type {get_type_name(actual)}"
        faults: list[str] = []
        for fault in self._iter_faults(actual, expected):
            if len(faults) == MAXIMUM_FAULTS_SHOWN:
                faults.append("and more")
                break
            faults.append(fault)
        return "; ".join(faults)

    def find_misuse(self, expected: JsonValue) -> str | None:
        if not isinstance(expected, dict):
            return "'each' needs an object with operator, expected and perhaps path"
        name = str(expected.get("operator", "eq"))
        if name not in self._operators and name not in PRESENCE_OPERATORS:
            return f"'each' knows no operator '{name}'"
        path = expected.get("path", "$")
        if not isinstance(path, str):
            return f"the path of 'each' must be a JSONPath, not {get_type_name(path)}"
        try:
            compile_path(path, "path")
        except InvalidExpectationError as error:
            return f"'each': {error.problem.message}"
        return (
            None
            if name in PRESENCE_OPERATORS
            else self._operators[name].find_misuse(expected.get("expected"))
        )

    def _iter_faults(self, items: list[JsonValue], expected: JsonObject) -> Iterator[str]:
        path = compile_path(str(expected.get("path", "$")), "path")
        name, wanted = str(expected.get("operator", "eq")), expected.get("expected")
        deadline = time.monotonic() + MAXIMUM_SECONDS
        for index, item in enumerate(items):
            try:
                found = path.select(item)
            except PathLimitError as error:
                yield f"[{index}]: {error}"
                continue
            fault = self._find_fault(found, name, wanted, is_singular=path.is_singular)
            if fault is not None:
                yield f"[{index}]: {fault}"
            if time.monotonic() > deadline:
                yield f"[{index}]: the check of each entry takes too long"
                return

    def _find_fault(
        self, found: list[JsonValue], name: str, expected: JsonValue, *, is_singular: bool
    ) -> str | None:
        if name == "absent":
            return f"expected nothing, got {show(found[0])}" if found else None
        if not found and (is_singular or name == "exists"):
            return "nothing is there"
        if name == "exists":
            return None
        operator = self._operators[name]
        actual = found[0] if is_singular or len(found) == 1 else found
        return None if operator.holds(actual, expected) else operator.explain(actual, expected)
