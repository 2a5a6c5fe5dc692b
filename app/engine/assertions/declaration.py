"""What a family of assertions builds its checks from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from app.core.clock import Clock
from app.engine.assertions.operators import check_operator
from app.engine.errors import InvalidExpectationError
from app.engine.expectations import Expectations
from app.engine.json_values import JsonValue
from app.engine.response import Response
from app.engine.results import AssertionResult


class Check(Protocol):
    """Something that is expected of a response."""

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """At least one result; never raises."""
        ...


# Not frozen: one is made for every assertion of every test, and frozen ones take twice as long.
@dataclass(slots=True, kw_only=True)
class Declaration:
    """A declared assertion with its templates filled in; `name` is of a header, cookie, snapshot."""

    type: str
    location: str
    expectations: Expectations
    clock: Clock
    expected: JsonValue = None
    operator: str | None = None
    path: str | None = None
    name: str | None = None
    description: str | None = None
    masks: tuple[str, ...] = ()

    def choose_operator(self, default: str) -> str:
        """The declared operator, checked; without one the default, or `exists` without a value."""
        implied = default if self.expected is not None else "exists"
        operator = self.operator or implied
        check_operator(operator, self.expected, self.location)
        return operator

    def require_path(self, what: str) -> str:
        """Raise InvalidExpectationError when there is no path."""
        if not self.path:
            raise InvalidExpectationError(f"needs a path, {what}", self.location)
        return self.path

    def require_name(self, what: str) -> str:
        """The name, or else the path; raise InvalidExpectationError when there is neither."""
        name = self.name or self.path
        if not name:
            raise InvalidExpectationError(f"needs the name of {what}", self.location)
        return name


# Builds the check of one declared assertion; raises InvalidExpectationError.
Family: TypeAlias = Callable[[Declaration], Check]
