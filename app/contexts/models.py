"""Views of an execution context, for one test or of the whole run."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.identifiers import RunId, TestCaseId


class View(BaseModel):
    """What is seen does not change any more."""

    model_config = ConfigDict(frozen=True)


class DependencyContext(View):
    """What one test requires: which required tests have ended, and the data they captured."""

    test_key: str
    required_keys: tuple[str, ...]
    missing_keys: tuple[str, ...]
    captured_data: dict[str, dict[str, Any]] = Field(default_factory=dict[str, dict[str, Any]])

    @property
    def is_ready(self) -> bool:
        """Say whether every required test has ended and left its data."""
        return not self.missing_keys


class AggregatedContext(View):
    """Everything that templates of a run can use now; of tokens and secret variables the names."""

    environment: dict[str, Any]
    secret_names: tuple[str, ...]
    token_names: tuple[str, ...]
    shared_variables: dict[str, Any]
    captured_data: dict[str, Any]
    fixture_names: tuple[str, ...]
    test_order: tuple[str, ...]


class SingleTestExecutionContext(View):
    """What one test of a run would see if it started now."""

    run_id: RunId
    test_key: str
    dependencies: DependencyContext
    context: AggregatedContext


class PipelineStep(View):
    """A test in the chain of those that another one requires; `depth` is how far away."""

    test_case_id: TestCaseId
    key: str
    name: str
    depth: int


class TestExecutionPipeline(View):
    """The tests that a test requires, directly or not, in an order in which they can run."""

    __test__ = False

    steps: tuple[PipelineStep, ...]


class ActiveRunMemory(View):
    """What this process holds of the runs that it executes."""

    run_ids: tuple[RunId, ...]
    captured_values: int
    unsaved_values: int
