"""What is known of tests beyond one run, as the database keeps it."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from app.core.identifiers import EnvironmentId, ProjectId, ResultId, RunId, TestCaseId
from app.engine.errors import Category
from app.engine.results import ResultStatus

Milliseconds = Annotated[FiniteFloat, Field(ge=0)]
Percent = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]


class Row(BaseModel):
    """A row of a table; columns that nobody asks for are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PerformanceMetric(Row):
    """Speed and success of a test in an environment on one day, later on one month."""

    project_id: ProjectId
    test_case_id: TestCaseId
    environment_id: EnvironmentId
    date: date
    period: Literal["day", "month"]
    total_runs: int
    successful_runs: int
    failed_runs: int
    average_response_time_ms: Milliseconds | None
    p95_response_time_ms: Milliseconds | None
    p99_response_time_ms: Milliseconds | None
    min_response_time_ms: Milliseconds | None
    max_response_time_ms: Milliseconds | None
    success_rate: Percent | None


class TestRunHistory(Row):
    """How a test ended in a run; kept longer than the result and the run."""

    __test__ = False

    run_id: RunId
    test_case_id: TestCaseId
    iteration: int
    environment_id: EnvironmentId
    status: ResultStatus
    duration_ms: Milliseconds | None
    recorded_at: datetime


class FailureAnalysis(Row):
    """Failures of a test that share a cause, and what they mean."""

    test_case_id: TestCaseId
    result_id: ResultId | None
    failure_category: Category
    fingerprint: str
    root_cause_analysis: str | None
    suggested_fix: str | None
    is_flaky: bool
    flakiness_score: Share | None
    first_failure_at: datetime
    last_failure_at: datetime
    failure_count: int


class TestEmbedding(BaseModel):
    """A test as a point in the space of a language model, for a search by meaning."""

    __test__ = False
    model_config = ConfigDict(frozen=True)

    test_case_id: TestCaseId
    model: Annotated[str, Field(min_length=1, max_length=200, examples=["text-embedding-3-small"])]
    vector: Annotated[list[FiniteFloat], Field(min_length=1, max_length=4_096)]


class SemanticSearchResult(BaseModel):
    """A test that is close to what was searched for; 1 is the same."""

    model_config = ConfigDict(frozen=True)

    test_case_id: TestCaseId
    key: str
    name: str
    score: Annotated[float, Field(ge=-1, le=1)]
