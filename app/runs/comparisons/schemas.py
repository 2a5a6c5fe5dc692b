"""Comparisons of two runs as the API shows them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.core.identifiers import ResultId, RunId, SuiteId, TestCaseId
from app.engine.errors import Category
from app.runs.results.schemas import ResultStatus
from app.runs.schemas import Run
from app.web.pagination import Page, PageRequest

Change = Literal[
    "newly_failing",
    "fixed",
    "still_failing",
    "status_changed",
    "added",
    "removed",
    "unchanged",
]
Speed = Literal["slower", "faster"]


class ComparisonRequest(PageRequest):
    """Which run to compare with, what counts as slower, and which changes to list."""

    with_run_id: Annotated[
        RunId | None,
        Field(
            alias="with",
            description="Another run of the project; by default the newest one before it in the "
            "same environment that went to its end.",
        ),
    ] = None
    factor: Annotated[
        float,
        Field(
            gt=1,
            le=1_000,
            description="A test is slower when it takes so many times as long, and at least "
            "`minimum_ms` more; faster the other way round.",
        ),
    ] = 1.5
    minimum_ms: Annotated[float, Field(ge=0, le=3_600_000)] = 100
    change: Annotated[
        list[Change | Speed],
        Field(max_length=9, description="Any of these; by default everything that changed."),
    ] = []


class ComparedOutcome(BaseModel):
    """How a test ended in one of the runs."""

    result_id: ResultId
    status: ResultStatus
    category: Category | None
    error_message: str | None
    duration_ms: float | None


class ComparedTest(BaseModel):
    """
    One test, or one iteration of it, in both runs.

    `before` is null when it was added, `after` when it was removed. Only tests that passed twice
    have a `speed`.
    """

    test_case_id: TestCaseId
    suite_id: SuiteId
    key: str
    name: str
    iteration: int
    iteration_name: str | None
    change: Change
    speed: Speed | None
    duration_difference_ms: float | None
    duration_ratio: float | None
    before: ComparedOutcome | None
    after: ComparedOutcome | None


class ComparisonCounts(BaseModel):
    """How many tests and iterations changed how; the last two beside the others."""

    newly_failing: int
    fixed: int
    still_failing: int
    status_changed: int
    added: int
    removed: int
    unchanged: int
    slower: int
    faster: int


class Comparison(Page[ComparedTest]):
    """What changed from the baseline to the run: counts of everything, and a piece of the tests."""

    run: Run
    baseline: Run
    counts: ComparisonCounts
