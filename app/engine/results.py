"""The outcome of one test: every attempt with its evidence, redacted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal, TypeAlias

from app.engine.errors import Category, Problem
from app.engine.json_values import JsonObject, JsonValue
from app.engine.records import record

AssertionType: TypeAlias = Literal[
    "status-code",
    "header",
    "cookie",
    "body",
    "schema",
    "jsonpath",
    "custom",
    "xpath",
    "response-time",
    "size",
    "certificate",
    "snapshot",
    "openapi",
]
Severity: TypeAlias = Literal["error", "warning"]


HoldKind: TypeAlias = Literal["dependency", "phase", "concurrency", "host", "rate", "lock"]


class ResultStatus(StrEnum):
    """Failed: the target did not do what the test says. Error: the test was not carried out."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


@record
class RequestEvidence:
    """What was sent, redacted; `body` is text cut at the evidence limit."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, JsonValue]
    body: str | None


@record
class ResponseEvidence:
    """What came back, redacted; `body` is text cut at the evidence limit."""

    status_code: int
    headers: Mapping[str, str]
    body: str
    body_bytes: int
    is_truncated: bool
    elapsed_ms: float
    timing_phases: Mapping[str, float]


@record
class AssertionResult:
    """
    One check; `expected` and `actual` are redacted, `message` is null when it passed.

    A failed check of severity `warning` does not fail its test. `diff` shows what differs, by place.
    """

    name: str
    type: AssertionType
    operator: str
    path: str | None
    expected: JsonValue
    actual: JsonValue
    passed: bool
    message: str | None = None
    severity: Severity = "error"
    diff: str | None = None


@record
class Attempt:
    """One try of a test. `error` says why it could not be carried out, if so."""

    number: int
    started_at: datetime
    completed_at: datetime
    duration_ms: float
    passed: bool
    request: RequestEvidence | None = None
    response: ResponseEvidence | None = None
    assertions: tuple[AssertionResult, ...] = ()
    error: Problem | None = None
    category: Category | None = None
    error_message: str | None = None
    suggested_fix: str | None = None
    captured_variables: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextDelta:
    """What a passed test adds to the execution context. Holds secrets: never log or publish it."""

    shared_auth_tokens: JsonObject = field(default_factory=JsonObject, repr=False)
    shared_variables: JsonObject = field(default_factory=JsonObject, repr=False)
    captured_data: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject], repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of everything captured, without values, in a stable order."""
        captured = (name for values in self.captured_data.values() for name in values)
        return (*captured, *self.shared_auth_tokens, *self.shared_variables)

    def __bool__(self) -> bool:
        return bool(self.shared_auth_tokens or self.shared_variables or self.captured_data)


NO_CAPTURES = ContextDelta()


@dataclass(frozen=True, slots=True)
class Hold:
    """
    What a test waited for last before its next state.

    `name` is the key of the test behind a dependency or phase, the host, or the name of the lock.
    """

    kind: HoldKind
    name: str


@record
class Timeline:
    """
    When a test was queued, had what it requires, made its first attempt, and ended.

    `held_by` explains the waits: first what it required, then the limits, in the order they held it.
    """

    queued_at: datetime
    ready_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime
    held_by: tuple[Hold, ...] = ()


@record
class TestResult:
    """
    The final result of a test, or of one iteration of it (`iteration_name`).

    `captured` must be stored in the same transaction.
    """

    __test__: ClassVar[bool] = False  # pytest must not collect it

    test_case_id: str
    key: str
    name: str
    status: ResultStatus
    completed_at: datetime
    iteration: int = 0
    iteration_name: str | None = None
    test_revision: int = 1
    started_at: datetime | None = None
    duration_ms: float = 0.0
    attempts: tuple[Attempt, ...] = ()
    captured: ContextDelta = NO_CAPTURES
    category: Category | None = None
    reason: str | None = None
    error_message: str | None = None
    suggested_fix: str | None = None
    timeline: Timeline | None = None


@record
class Counts:
    """How many results of the plan are what; `total` includes those recorded earlier."""

    total: int
    passed: int
    failed: int
    skipped: int
    error: int

    @classmethod
    def from_statuses(cls, total: int, statuses: Iterable[ResultStatus]) -> "Counts":
        """Count final statuses of a plan of `total` results."""
        tally = dict.fromkeys(ResultStatus, 0)
        for status in statuses:
            tally[status] += 1
        return cls(
            total=total,
            passed=tally[ResultStatus.PASSED],
            failed=tally[ResultStatus.FAILED],
            skipped=tally[ResultStatus.SKIPPED],
            error=tally[ResultStatus.ERROR],
        )
