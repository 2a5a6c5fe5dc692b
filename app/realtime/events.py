"""The envelope and every type of event, as viewers read them."""

from datetime import datetime
from typing import Any, Final, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.clock import Clock
from app.realtime.models import VERSION, EndReason, Envelope
from app.realtime.topics import TopicName

Data = TypeVar("Data", bound=BaseModel)


class EventModel(BaseModel):
    """Part of what viewers receive; members may be added in the same version."""

    model_config = ConfigDict(frozen=True, extra="allow")


class EventEnvelope(EventModel, Generic[Data]):
    """
    One envelope.

    Events of the log have a `seq`, which counts the events of their topic from 1 without gaps; a
    snapshot has that of the last event it contains; what is not numbered has null. Envelopes of
    a project carry `run_seq`, the number of the same event in its run.
    """

    version: Literal[1]
    topic: str | None = Field(examples=["run:6f1c1b0e-3c0f-4a53-8c0e-0f8f5f1a7f11"])
    type: str
    seq: int | None
    occurred_at: datetime
    data: Data
    run_id: UUID | None = None
    project_id: UUID | None = None
    run_seq: int | None = None


class Counts(EventModel):
    """Tests of a run by their final status."""

    total: int
    passed: int
    failed: int
    skipped: int
    error: int


class TestData(EventModel):
    """Which test an event is about; `iteration` counts from 0, without iterations it has no name."""

    __test__ = False

    test_case_id: UUID
    key: str
    name: str
    iteration: int = 0
    iteration_name: str | None = None


class TestStarted(TestData):
    """The first attempt of a test begins."""


class TestEnded(TestData):
    """The final attempt of a test ended; `captured` names values, which are never sent."""

    status: Literal["passed", "failed", "skipped", "error"]
    duration_ms: float | None
    attempt_number: int
    captured: list[str]
    reason: str | None
    category: str | None
    error_message: str | None


class RunProgress(EventModel):
    """How far a run is: percent of its tests, and estimated milliseconds to go, null if unknown."""

    status: str
    counts: Counts
    running: int
    percent: float
    remaining_ms: float | None


class RunStarted(RunProgress):
    """A worker took the run up."""

    suite_id: UUID | None
    environment_id: UUID
    trigger: str
    started_by: UUID | None


class RunCompleted(EventModel):
    """The run ended; nothing follows in its topic."""

    status: Literal["completed", "failed", "cancelled"]
    counts: Counts
    total_duration_ms: float | None


class ContextUpdated(EventModel):
    """Names of the values that changed in the execution context; never the values."""

    shared_auth_tokens: list[str]
    shared_variables: list[str]
    captured_data: list[str]


class FlakyTestDetected(TestData):
    """A test passes and fails without a change of its subject."""

    failure_rate: float
    total_runs: int
    window_days: int


class PerformanceDegradation(TestData):
    """A test takes longer than it used to."""

    baseline_ms: float
    current_ms: float
    change_percent: float


class Member(EventModel):
    """A user who watches, with this many streams or sockets."""

    user_id: UUID
    viewers: int


class Presence(EventModel):
    """How many watch the topic, and who; `members` names the first hundred."""

    viewers: int
    members: list[Member]


class Degraded(EventModel):
    """
    Whether events arrive late for now: `reason` names what does not answer.

    While Realtime is down the database is read every second instead; nothing is lost.
    """

    degraded: bool
    reason: Literal["realtime", "database"] | None


class Reconnect(EventModel):
    """The last event of a stream that ends early; connecting again continues it."""

    reason: EndReason


class RunSnapshot(EventModel):
    """A run, its results so far and who watches."""

    run: dict[str, Any]
    progress: RunProgress | None = None
    running_tests: list[dict[str, Any]]
    results: list[dict[str, Any]]
    seq: int
    presence: Presence


class ProjectSnapshot(EventModel):
    """A project, its unfinished runs and its newest ended ones, and who watches."""

    project: dict[str, Any]
    runs: list[dict[str, Any]]
    seq: int
    presence: Presence


EVENTS: Final[dict[str, type[EventModel]]] = {
    "test_started": TestStarted,
    "test_completed": TestEnded,
    "test_failed": TestEnded,
    "test_skipped": TestEnded,
    "run_started": RunStarted,
    "run_progress": RunProgress,
    "run_completed": RunCompleted,
    "context_updated": ContextUpdated,
    "flaky_test_detected": FlakyTestDetected,
    "performance_degradation": PerformanceDegradation,
}
"""What the database announces; all of it is numbered."""


def describe(topic: TopicName | None, event_type: str, data: BaseModel, clock: Clock) -> Envelope:
    """Return the envelope of something that the relay itself has to say, which has no number."""
    envelope = EventEnvelope(
        version=VERSION,
        topic=None if topic is None else str(topic),
        type=event_type,
        seq=None,
        occurred_at=clock.now(),
        data=data,
    )
    unused = {"run_id", "project_id", "run_seq"}
    return Envelope(event_type, envelope.model_dump_json(exclude=unused).encode(), None)
