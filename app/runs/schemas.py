"""What callers send and receive about runs."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal, cast

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.core.identifiers import (
    BatchId,
    EnvironmentId,
    OrganizationId,
    ProjectId,
    RunId,
    SavedSearchId,
    SuiteId,
    TestCaseId,
    UserId,
)
from app.engine.options import Timing
from app.web.changes import Changes
from app.web.described import DescribedAs
from app.web.fields import RequestModel
from app.web.pagination import PageRequest
from app.web.resources import DatedModel

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
        Field(
            description=(
                "One of your saved searches. Its environments, statuses, categories and times "
                "look at the newest run of each test."
            )
        ),
    ] = None


class TestsToRun(RequestModel):
    """
    Which tests to run, and how.

    `suite_id` and `test_case_ids` are short for the lists of `selection`; both may be given.
    `variables` take the place of variables of the environment in this run, secret ones included.
    They are shown in the run and masked nowhere: no place for secrets.
    """

    # pytest must not collect it
    __test__: ClassVar[bool] = False

    project_id: ProjectId
    suite_id: SuiteId | None = None
    test_case_ids: Annotated[list[TestCaseId] | None, Field(min_length=1, max_length=10_000)] = None
    selection: RunSelection = RunSelection()
    variables: Variables = {}
    options: RunOptions = RunOptions()
    target_version: Annotated[str | None, Field(max_length=200)] = None
    metadata: JsonObject = {}


class RunStart(TestsToRun):
    """Which tests to run, how, and in which environment."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "project_id": "8f14e45f-ceea-4e7a-9d5b-0a1f2b3c4d5e",
                "environment_id": "c9f0f895-fb98-4b91-8a3c-1f2e3d4c5b6a",
                "selection": {"suite_ids": ["45c48cce-2e2d-4fbd-8a1a-9f8e7d6c5b4a"]},
                "variables": {"LOCALE": "de-DE"},
                "target_version": "2026.11.3",
            }
        },
    )

    environment_id: EnvironmentId


class RunUpdate(Changes):
    """What is corrected of a run; absent fields stay."""

    target_version: Annotated[str | None, Field(max_length=200, examples=["2026.11.3"])] = None
    metadata: Annotated[JsonObject, Field(examples=[{"commit": "9fceb02"}])] = {}


class RunCounts(BaseModel):
    """How many results of a run are what; `total` includes those to come, one per iteration."""

    total: int
    passed: int
    failed: int
    skipped: int
    error: int


class StoredSelection(BaseModel):
    """What was selected, as it was asked for; what it came to is fixed when a run is created."""

    suite_ids: list[SuiteId] | None = None
    test_case_ids: list[TestCaseId] | None = None
    tags: list[str] | None = None
    failed_in_run_id: RunId | None = None
    changed_since: datetime | None = None
    saved_search_id: SavedSearchId | None = None
    tests_of_run_id: Annotated[
        RunId | None, Field(description="Of a rerun: the run whose tests it repeats.")
    ] = None


class RunEnvironment(BaseModel):
    """Where a run points, as the environment is now."""

    id: EnvironmentId
    name: str = Field(examples=["Staging"])
    base_url: str = Field(examples=["https://api.example.com"])


class RunSuite(BaseModel):
    """The suite of a run of one suite."""

    id: SuiteId
    name: str = Field(examples=["Checkout"])


class RunStarter(BaseModel):
    """Who started a run."""

    id: UserId
    full_name: str | None = Field(examples=["Ada Lovelace"])
    email: str | None = Field(examples=["ada@example.com"])


class Run(DatedModel):
    """
    One execution of a selection of tests in one environment.

    `environment`, `suite`, `starter` and `planned_test_ids` only when they are asked for.
    """

    id: RunId
    organization_id: OrganizationId
    project_id: ProjectId
    suite_id: Annotated[SuiteId | None, Field(description="When one suite was selected.")]
    environment_id: EnvironmentId
    started_by: UserId | None
    trigger: Trigger
    status: RunStatus
    counts: RunCounts
    total_duration_ms: float | None
    started_at: datetime | None
    completed_at: datetime | None
    cancel_requested_at: datetime | None
    event_seq: Annotated[int, Field(description="Sequence number of the run's newest event.")]
    target_version: Annotated[str | None, Field(examples=["2026.11.3"])]
    selection: StoredSelection
    variables: Annotated[
        dict[str, str], Field(description="What takes the place of the environment's values.")
    ]
    options: Annotated[JsonObject, DescribedAs(RunOptions)]
    metadata: JsonObject
    batch_id: Annotated[BatchId | None, Field(description="The batch that it was started in.")]
    rerun_of: Annotated[RunId | None, Field(description="The run that it repeats.")]
    environment: RunEnvironment | None = None
    suite: RunSuite | None = None
    starter: RunStarter | None = None
    planned_test_ids: Annotated[
        list[TestCaseId], Field(description="All tests of the run, required ones included.")
    ] = []

    @model_validator(mode="before")
    @classmethod
    def _gather_counts(cls, data: Any) -> Any:
        """Rows of the table carry each count as a column."""
        if not isinstance(data, dict) or "counts" in data:
            return cast("object", data)
        row = cast("JsonObject", data)
        return {**row, "counts": {name: row[f"{name}_count"] for name in RunCounts.model_fields}}

    @property
    def is_finished(self) -> bool:
        """Say whether nothing more happens in this run."""
        return self.status in _FINAL


class RunContext(BaseModel):
    """What the tests of a run share; tokens and captures marked secret are masked."""

    run_id: RunId
    shared_auth_tokens: JsonObject
    shared_variables: JsonObject
    captured_data: JsonObject
    test_order: list[str]
    updated_at: datetime | None


RunInclude = Literal["environment", "suite", "starter", "planned_test_ids"]


class RunParts(BaseModel):
    """What of a run is wanted beside its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    include: Annotated[list[RunInclude], Field(max_length=4)] = []


class RunPageRequest(PageRequest):
    """Which piece of which runs, newest first unless sorted otherwise."""

    project_id: ProjectId | None = None
    environment_id: EnvironmentId | None = None
    suite_id: Annotated[SuiteId | None, Field(description="Runs of this suite alone.")] = None
    batch_id: BatchId | None = None
    rerun_of: Annotated[RunId | None, Field(description="Runs that repeat this one.")] = None
    started_by: UserId | None = None
    status: Annotated[
        list[RunStatus], Field(max_length=5, description="Any of these.", examples=[["failed"]])
    ] = []
    trigger: Annotated[
        list[Trigger], Field(max_length=5, description="Any of these.", examples=[["ci"]])
    ] = []
    target_version: Annotated[str | None, Field(max_length=200)] = None
    created_since: AwareDatetime | None = None
    created_before: AwareDatetime | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"
    include: Annotated[list[RunInclude], Field(max_length=4)] = []


class RerunRequest(RequestModel):
    """Which tests of a run to repeat, and against which version."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"only": "failed", "target_version": "2026.11.4"}}
    )

    only: Annotated[
        Literal["failed", "all"],
        Field(description="`failed`: those that ended as failed or error, and what they require."),
    ] = "all"
    target_version: Annotated[
        str | None, Field(max_length=200, description="As in the run that is repeated by default.")
    ] = None
