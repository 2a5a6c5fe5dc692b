"""A check of one value that was read from the response."""

from dataclasses import dataclass

from app.engine.assertions.differences import render_diff
from app.engine.assertions.operators import OPERATORS, PRESENCE_OPERATORS
from app.engine.json_values import JsonValue
from app.engine.reading import Reader, Reading
from app.engine.response import Response
from app.engine.results import AssertionResult, AssertionType


def has_list_operand(operator: str, expected: JsonValue) -> bool:
    """Whether what a query found is compared as a list, even when it is one value or none."""
    if operator in ("eq", "ne"):
        return isinstance(expected, list)
    return operator in OPERATORS and OPERATORS[operator].takes_lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """Reads a value and compares it with the expected one."""

    name: str
    type: AssertionType
    operator: str
    read: Reader
    expected: JsonValue = None
    path: str | None = None

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """One result, passed or not."""
        reading = self.read(response)
        fault = self._find_fault(reading)
        return (
            AssertionResult(
                name=self.name,
                type=self.type,
                operator=self.operator,
                path=self.path,
                expected=self.operator if self.operator in PRESENCE_OPERATORS else self.expected,
                actual=reading.value,
                passed=fault is None,
                message=None if fault is None else f"{self.name}: {fault}",
                diff=None if fault is None else self._render_diff(reading),
            ),
        )

    def _find_fault(self, reading: Reading) -> str | None:
        if self.operator == "absent" and reading.is_readable:
            return "it is there" if reading.is_present else None
        if not reading.is_present:
            return reading.absence
        if self.operator == "exists":
            return None
        operator = OPERATORS[self.operator]
        if operator.holds(reading.value, self.expected):
            return None
        return operator.explain(reading.value, self.expected)

    def _render_diff(self, reading: Reading) -> str | None:
        if self.operator != "eq" or not reading.is_present:
            return None
        return render_diff(self.expected, reading.value, self.path or self.name)
