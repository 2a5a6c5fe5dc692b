"""The engine's only output: what happened, in the order it happened."""

from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

from app.engine.records import record
from app.engine.results import Attempt, Counts, TestResult

RunOutcome: TypeAlias = Literal["completed", "failed", "cancelled"]


@record
class Event:
    """Something that happened in a run; nothing in an event but `result.captured` is secret."""

    __test__: ClassVar[bool] = False  # pytest must not collect classes named Test...

    run_id: str
    occurred_at: datetime


@record
class RunStarted(Event):
    """First event. `recorded` of the `total` results were there before this execution."""

    type: ClassVar[Literal["run_started"]] = "run_started"
    total: int
    recorded: int


@record
class TestStarted(Event):
    """The first attempt of a test is about to be made."""

    type: ClassVar[Literal["test_started"]] = "test_started"
    test_case_id: str
    key: str
    name: str
    iteration: int = 0
    iteration_name: str | None = None


@record
class AttemptFailed(Event):
    """An attempt did not pass and another one follows."""

    type: ClassVar[Literal["attempt_failed"]] = "attempt_failed"
    test_case_id: str
    key: str
    name: str
    attempt: Attempt
    next_attempt_in_seconds: float
    iteration: int = 0
    iteration_name: str | None = None


@record
class TestEnded(Event):
    """A test has its final result; exactly one of the three kinds per test."""

    result: TestResult


@record
class TestCompleted(TestEnded):
    """The test passed."""

    type: ClassVar[Literal["test_completed"]] = "test_completed"


@record
class TestFailed(TestEnded):
    """The test failed, or could not be carried out (`result.status` tells which)."""

    type: ClassVar[Literal["test_failed"]] = "test_failed"


@record
class TestSkipped(TestEnded):
    """The test was not carried out, or not to its end; `result.reason` says why."""

    type: ClassVar[Literal["test_skipped"]] = "test_skipped"


@record
class ContextUpdated(Event):
    """The test captured something: names only. The values are in its result's `captured`."""

    type: ClassVar[Literal["context_updated"]] = "context_updated"
    key: str
    shared_auth_tokens: tuple[str, ...]
    shared_variables: tuple[str, ...]
    captured_data: tuple[str, ...]


@record
class RunCompleted(Event):
    """Last event: every test of the plan has a result."""

    type: ClassVar[Literal["run_completed"]] = "run_completed"
    status: RunOutcome
    counts: Counts
    duration_ms: float
