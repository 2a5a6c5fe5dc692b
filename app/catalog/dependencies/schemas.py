"""Dependencies as the API shows them."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field, model_validator

from app.core.identifiers import DependencyId, OrganizationId, ProjectId, SuiteId, TestCaseId
from app.engine.dependencies import Condition, DependencyType
from app.engine.planned_test import Phase
from app.web.fields import RequestModel


class DependencyCreate(RequestModel):
    """A test that has to come before another one of the same project."""

    dependent_test_id: TestCaseId
    required_test_id: TestCaseId
    dependency_type: DependencyType = "order"
    condition: Condition = Field(
        default="passed",
        description="`completed` runs the test whatever became of the other; only for `order`.",
    )

    @model_validator(mode="after")
    def _require_order_for_completed(self) -> Self:
        if self.condition == "completed" and self.dependency_type != "order":
            message = "a data or token dependency needs a test that passed"
            raise ValueError(message)
        return self


class Dependency(BaseModel):
    """A dependency that somebody declared."""

    id: DependencyId
    organization_id: OrganizationId
    project_id: ProjectId
    dependent_test_id: TestCaseId
    required_test_id: TestCaseId
    dependency_type: DependencyType
    condition: Condition
    created_at: datetime


class GraphNode(BaseModel):
    """A test; tests of one `level` may run at the same time."""

    test_case_id: TestCaseId
    key: str = Field(examples=["cart"])
    name: str = Field(examples=["Add to the cart"])
    suite_id: SuiteId
    phase: Phase
    enabled: bool
    level: int | None = Field(
        examples=[1], description="From 0; null for a test on a cycle or behind one."
    )
    problem: str | None = Field(
        description="Why the engine would refuse the test; its templates are not looked at then."
    )


class GraphEdge(BaseModel):
    """A test that comes before another one."""

    id: DependencyId | None = Field(description="Null for one that templates imply.")
    dependent_test_id: TestCaseId
    required_test_id: TestCaseId
    dependency_type: DependencyType
    condition: Condition
    is_derived: bool = Field(description="Not declared: a template uses what the other captures.")
    is_ignored: bool = Field(description="A run does without it, since it would close a cycle.")


class DependencyGraph(BaseModel):
    """What runs after what in a project, as declared and as templates imply."""

    nodes: list[GraphNode] = Field(description="An order in which the tests could run.")
    edges: list[GraphEdge]
    cycle: list[str] | None = Field(
        examples=[["login", "cart", "login"]],
        description="Keys of tests, each of which needs the next; null when there is no cycle.",
    )
