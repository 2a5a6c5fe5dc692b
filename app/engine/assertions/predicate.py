"""A check of one value that was read from the response."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from app.engine.assertions.operators import OPERATORS, explain
from app.engine.json_values import JsonValue
from app.engine.response import Response
from app.engine.results import AssertionResult, AssertionType


@dataclass(frozen=True, slots=True)
class Reading:
    """What a check found; `absence` says why there is nothing."""

    is_present: bool
    value: JsonValue = None
    absence: str = "it is not there"


Reader: TypeAlias = Callable[[Response], Reading]


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
        message = self._find_fault(reading)
        return (
            AssertionResult(
                name=self.name,
                type=self.type,
                operator=self.operator,
                path=self.path,
                expected=self._get_expected(),
                actual=reading.value,
                passed=message is None,
                message=message,
            ),
        )

    def _get_expected(self) -> JsonValue:
        return self.expected if self.operator in OPERATORS else self.operator

    def _find_fault(self, reading: Reading) -> str | None:
        if self.operator == "absent":
            return f"{self.name}: it is there" if reading.is_present else None
        if not reading.is_present:
            return f"{self.name}: {reading.absence}"
        if self.operator == "exists":
            return None
        if OPERATORS[self.operator](reading.value, self.expected):
            return None
        return f"{self.name}: {explain(self.operator, reading.value, self.expected)}"
