"""What callers send and receive about runs."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.core.identifiers import (
    EnvironmentId,
    OrganizationId,
    ProjectId,
    ResultId,
    RunId,
    SavedSearchId,
    SuiteId,
    TestCaseId,
    UserId,
)
from app.engine.options import Timing
from app.engine.planned_test import Phase
from app.engine.results import HoldKind, Severity
from app.web.fields import RequestModel

JsonObject = dict[str, Any]
Trigger = Literal["manual", "api", "webhook", "schedule", "ci"]

LARGEST_VARIABLES: Final = 200_000
"""Bytes of the names and values of the variables of a run together."""


class RunStatus(StrEnum):
    """Where a run is in its life; the last three are final."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ResultStatus(StrEnum):
    """How a test of a run ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


_FINAL = frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED})


class RunOptions(RequestModel):
    """How a run is executed."""

    concurrency: Annotated[
        int | None,
        Field(ge=1, le=256, description="Tests in flight at once; default: the server's."),
    ] = None
    concurrency_per_host: Annotated[
        int | None, Field(ge=1, le=256, description="Tests in flight at once against one host.")
    ] = None
    requests_per_second_per_host: Annotated[float | None, Field(gt=0, le=10_000, examples=[20])] = (
        None
    )
    fail_fast: Annotated[
        bool, Field(description="Start nothing more after the first test that did not pass.")
    ] = False
    deadline_seconds: Annotated[
        float | None, Field(gt=0, le=86_400, description="Then the run is cut short.")
    ] = None
    test_deadline_seconds: Annotated[
        float | None, Field(gt=0, le=86_400, description="For all attempts of one test together.")
    ] = None
    seed: Annotated[
        int | None, Field(ge=-(2**63), lt=2**63, description="Repeats the dynamic values of a run.")
    ] = None
    timing: Annotated[
        Timing, Field(description="`full` also looks at the certificate of every target.")
    ] = "fast"


def _check_variables(variables: dict[str, str]) -> dict[str, str]:
    if (
        sum(len(name) + len(value.encode()) for name, value in variables.items())
        > LARGEST_VARIABLES
    ):
        message = f"have at most {LARGEST_VARIABLES} bytes together"
        raise ValueError(message)
    return variables


Tag = Annotated[str, StringConstraints(min_length=1, max_length=100)]
VariableName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", min_length=1, max_length=128)
]
Variables = Annotated[
    dict[VariableName, Annotated[str, StringConstraints(max_length=65_536)]],
    Field(max_length=100, examples=[{"LOCALE": "de-DE"}]),
    AfterValidator(_check_variables),
]


class RunSelection(RequestModel):
    """
    Which tests to run: those that everything given here agrees on; without anything, all.

    Disabled tests, and tests of disabled suites, run only when they are named one by one. What the
    selected tests require joins them, and the setup and teardown of their suites.
    """

    suite_ids: Annotated[list[SuiteId] | None, Field(min_length=1, max_length=1_000)] = None
    test_case_ids: Annotated[list[TestCaseId] | None, Field(min_length=1, max_length=10_000)] = None
    tags: Annotated[
        list[Tag] | None,
        Field(min_length=1, max_length=100, description="Tests that have one of these."),
    ] = None
    failed_in_run_id: Annotated[
        RunId | None, Field(description="Tests that ended there as failed or error.")
    ] = None
    changed_since: Annotated[
        AwareDatetime | None,
        Field(
            description=(
                "Tests that were changed since: the case, its request, expected response, "
                "endpoint, dependencies or fixtures."
            )
        ),
    ] = None
    saved_search_id: Annotated[
        SavedSearchId | None,
        Field(description="One of your saved searches; docs/api.md tells what its filters mean."),
    ] = None


class RunStart(RequestModel):
    """
    Which tests to run, and where.

    `suite_id` and `test_case_ids` are short for the lists of `selection`; both may be given.
    `variables` take the place of variables of the environment in this run, secret ones included.
    They are shown in the run and masked nowhere: no place for secrets.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "project_id": "8f14e45f-ceea-4e7a-9d5b-0a1f2b3c4d5e",
                "environment_id": "c9f0f895-fb98-4b91-8a3c-1f2e3d4c5b6a",
                "suite_id": "45c48cce-2e2d-4fbd-8a1a-9f8e7d6c5b4a",
                "target_version": "2026.11.3",
            }
        },
    )

    project_id: ProjectId
    environment_id: EnvironmentId
    suite_id: SuiteId | None = None
    test_case_ids: Annotated[list[TestCaseId] | None, Field(min_length=1, max_length=10_000)] = None
    selection: RunSelection = RunSelection()
    variables: Variables = {}
    options: RunOptions = RunOptions()
    target_version: Annotated[str | None, Field(max_length=200)] = None
    metadata: JsonObject = {}


class RunCounts(BaseModel):
    """How many results of a run are what; `total` includes those to come, one per iteration."""

    total: int
    passed: int
    failed: int
    skipped: int
    error: int


class Run(BaseModel):
    """One execution of a selection of tests in one environment."""

    id: RunId
    organization_id: OrganizationId
    project_id: ProjectId
    suite_id: SuiteId | None
    environment_id: EnvironmentId
    started_by: UserId | None
    trigger: str
    status: RunStatus
    counts: RunCounts
    total_duration_ms: float | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    cancel_requested_at: datetime | None
    event_seq: Annotated[int, Field(description="Sequence number of the run's newest event.")]
    target_version: str | None
    options: JsonObject
    metadata: JsonObject

    @property
    def is_finished(self) -> bool:
        """Say whether nothing more happens in this run."""
        return self.status in _FINAL


class AssertionContext(BaseModel):
    """What an assertion looks at, how, and what its failure means."""

    assertion_name: str
    assertion_type: str
    operator: str | None
    path: Annotated[str | None, Field(examples=["$.items[0].id"])]
    severity: Annotated[Severity, Field(description="A failed warning does not fail the test.")]


class Assertion(AssertionContext):
    """One check of a response and its outcome."""

    expected_value: Any
    actual_value: Any
    diff: Annotated[str | None, Field(description="What differs, by place.")]
    passed: bool
    error_message: str | None


class Hold(BaseModel):
    """What a test waited for: another test, a limit, or a lock."""

    kind: HoldKind
    name: Annotated[str, Field(examples=["login"])]


class Timeline(BaseModel):
    """
    When a test was queued, had what it requires, made its first attempt, and ended.

    `held_by` explains the waits: first what it required, then the limits.
    """

    queued_at: datetime
    ready_at: datetime | None
    started_at: datetime | None
    ended_at: datetime
    held_by: list[Hold]


class TimelineEntry(BaseModel):
    """One bar of a Gantt view: a test or one iteration of it; without times when it was never queued."""

    id: ResultId
    test_case_id: TestCaseId
    suite_id: SuiteId
    key: str
    name: str
    phase: Phase
    iteration: int
    iteration_name: str | None
    status: ResultStatus
    reason: str | None
    timeline: Timeline | None


class ResultDetail(BaseModel):
    """What was sent and received in one attempt, secrets masked, cut to size."""

    request_method: str | None
    request_url: str | None
    request_headers: JsonObject | None
    request_query: JsonObject | None
    request_body: str | None
    response_status: int | None
    response_headers: JsonObject | None
    response_body: str | None
    response_time_ms: float | None
    timing_phases: Annotated[
        JsonObject | None, Field(examples=[{"connect_ms": 1.2, "first_byte_ms": 8.4}])
    ]
    assertions_passed: int
    assertions_failed: int
    captured_variables: JsonObject | None


class Result(BaseModel):
    """The outcome of one attempt of one test in a run, with its evidence."""

    id: ResultId
    test_case_id: TestCaseId
    iteration: Annotated[int, Field(description="From 0; 0 without iterations.")]
    iteration_name: str | None
    key: str
    name: str
    status: ResultStatus
    category: str | None
    reason: str | None
    error_message: str | None
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: float | None
    attempt_number: int
    is_final: bool
    test_revision: int | None
    captured_names: list[str]
    timeline: Timeline | None
    details: ResultDetail | None
    assertions: list[Assertion]


class RunContext(BaseModel):
    """What the tests of a run share; tokens and captures marked secret are masked."""

    run_id: RunId
    shared_auth_tokens: JsonObject
    shared_variables: JsonObject
    captured_data: JsonObject
    test_order: list[str]
    updated_at: datetime | None
