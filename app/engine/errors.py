"""What can go wrong: a plan that is refused, and problems that become results."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

# What may go wrong on the way to the target and back; a test may be tried again after each.
TransportFailure: TypeAlias = Literal["connection", "timeout", "tls", "status"]


class Category(StrEnum):
    """Why a test did not pass; the value set of `failure_analysis.failure_category`."""

    ASSERTION = "assertion"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    AUTHENTICATION = "authentication"
    DATA_VALIDATION = "data-validation"
    ENVIRONMENT = "environment"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a test could not be carried out, and what its owner can do about it."""

    category: Category
    message: str
    suggested_fix: str
    location: str | None = None
    transport_failure: TransportFailure | None = None


class InvalidPlanError(Exception):
    """The plan document cannot be run; `field` is the place, such as `tests[3].method`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class DependencyCycleError(InvalidPlanError):
    """Tests require each other in a circle; `cycle` starts and ends with the same key."""

    def __init__(self, cycle: tuple[str, ...]) -> None:
        super().__init__("dependencies", f"dependency cycle: {' -> '.join(cycle)}")
        self.cycle = cycle


class StepError(Exception):
    """A step of a test could not be carried out. Becomes a result; never leaves the engine."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class TemplateError(StepError):
    """
    A template is malformed or names something that does not exist.

    `place` is where in the rendered value it stands, such as `.items[2]`.
    """

    def __init__(self, message: str, location: str | None = None) -> None:
        super().__init__(
            Problem(
                category=Category.DATA_VALIDATION,
                message=message if location is None else f"{location}: {message}",
                suggested_fix="Correct the template, or the test that should provide this value.",
                location=location,
            )
        )
        self.message = message
        self.place = ""


class MissingValueError(TemplateError):
    """
    A template names a value that is not there; a default may stand in for it.

    `existing` are some of the names that are there, when it is a name that is missing.
    """

    def __init__(self, message: str, existing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.existing = existing


class InvalidIterationError(StepError):
    """The values that a test is repeated with cannot be read; `location` names the field."""

    def __init__(self, message: str, location: str) -> None:
        super().__init__(
            Problem(
                category=Category.DATA_VALIDATION,
                message=f"{location}: {message}",
                suggested_fix="Correct the iterations of the test, or the fixture they come from.",
                location=location,
            )
        )


class InvalidRequestError(StepError):
    """The request cannot be built from what the test says."""

    def __init__(
        self,
        message: str,
        location: str,
        suggested_fix: str,
        category: Category = Category.DATA_VALIDATION,
    ) -> None:
        super().__init__(
            Problem(
                category=category,
                message=f"{location}: {message}",
                suggested_fix=suggested_fix,
                location=location,
            )
        )


class InvalidExpectationError(StepError):
    """An expectation, assertion or capture of the test cannot be understood."""

    def __init__(self, message: str, location: str) -> None:
        super().__init__(
            Problem(
                category=Category.DATA_VALIDATION,
                message=f"{location}: {message}",
                suggested_fix="Correct the expectation in the test case.",
                location=location,
            )
        )


class TransportError(StepError):
    """
    The request was not answered: no connection, no answer in time, or not HTTP.

    `failure` says which of the failures that may pass by themselves it is; without one the
    category tells: a lost or refused connection, a timeout, or nothing that passes.
    """

    def __init__(
        self,
        category: Category,
        message: str,
        suggested_fix: str,
        failure: TransportFailure | None = None,
    ) -> None:
        super().__init__(
            Problem(
                category=category,
                message=message,
                suggested_fix=suggested_fix,
                transport_failure=failure or FAILURES.get(category),
            )
        )


FAILURES: dict[Category, TransportFailure] = {
    Category.CONNECTION: "connection",
    Category.TIMEOUT: "timeout",
}
