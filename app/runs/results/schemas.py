"""Results of a run as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from app.catalog.assertion_results import AssertionResult
from app.core.identifiers import ResultId, RunId, SuiteId, TestCaseId
from app.engine.errors import Category
from app.engine.planned_test import Phase
from app.engine.results import HoldKind
from app.web.pagination import PageRequest

JsonObject = dict[str, Any]


class ResultStatus(StrEnum):
    """How a test of a run ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


class TimelineHold(BaseModel):
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
    held_by: list[TimelineHold]


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
    request_headers: dict[str, str] | None
    request_query: JsonObject | None
    request_body: str | None
    response_status: int | None
    response_headers: dict[str, str] | None
    response_body: str | None
    response_time_ms: float | None
    timing_phases: Annotated[
        JsonObject | None, Field(examples=[{"connect_ms": 1.2, "first_byte_ms": 8.4}])
    ]
    assertions_passed: int
    assertions_failed: int
    captured_variables: JsonObject | None


class Result(BaseModel):
    """
    The outcome of one attempt of one test in a run.

    `details` and `assertions` of a list only when they are asked for.
    """

    id: ResultId
    run_id: RunId
    test_case_id: TestCaseId
    suite_id: SuiteId
    iteration: Annotated[int, Field(description="From 0; 0 without iterations.")]
    iteration_name: str | None
    key: str
    name: str
    status: ResultStatus
    category: Category | None
    reason: str | None
    error_message: str | None
    started_at: datetime | None
    completed_at: datetime
    duration_ms: float | None
    attempt_number: int
    is_final: bool
    test_revision: int | None
    captured_names: list[str]
    timeline: Timeline | None
    details: ResultDetail | None = None
    assertions: list[AssertionResult] = []


ResultInclude = Literal["details", "assertions"]


class AttemptPageRequest(PageRequest):
    """Which piece of the attempts of a test, and what of them."""

    include: Annotated[list[ResultInclude], Field(max_length=2)] = []


class ResultPageRequest(AttemptPageRequest):
    """Which piece of which results of a run, and what of them."""

    status: Annotated[
        list[ResultStatus],
        Field(max_length=4, description="Any of these.", examples=[["failed", "error"]]),
    ] = []
    category: Annotated[
        list[Category], Field(max_length=7, description="Any of these.", examples=[["timeout"]])
    ] = []
    test_case_id: TestCaseId | None = None
    iteration: Annotated[int | None, Field(ge=0, le=2_147_483_647)] = None
    is_final: Annotated[
        bool | None, Field(description="Only attempts that decided, or only those that did not.")
    ] = None
    sort: Literal["completed_at", "-completed_at"] = "completed_at"
