"""Test cases as the API shows them."""

from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

from app.catalog.cases.schemas.repetition import Iterate, Poll, Retry
from app.catalog.cases.schemas.requests import RequestConfig
from app.catalog.cases.schemas.responses import ResponseSpec
from app.catalog.endpoints.schemas import CaseEndpoint
from app.catalog.fields import Key, Tag
from app.catalog.models import FixtureUse
from app.core.identifiers import EndpointId, FixtureId, ProjectId, SuiteId, TestCaseId
from app.engine.dependencies import Condition, DependencyType
from app.engine.planned_test import Phase
from app.web.described import DescribedAs
from app.web.fields import Description, Name, RequestModel
from app.web.resources import DatedModel


class CaseDependencyCreate(RequestModel):
    """A test of the same project that must come before."""

    required_test_key: Key = Field(examples=["login"])
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


class CaseCreate(RequestModel):
    """A new test case."""

    key: Key = Field(examples=["login"], description="Name in templates, unique in the project.")
    name: Name = Field(examples=["Login"])
    description: Description | None = None
    order_index: int = Field(default=0, ge=0, le=1_000_000)
    enabled: bool = True
    phase: Phase = Field(
        default="test",
        description="Setup precedes the tests of the suite, teardown follows them in any case.",
    )
    locks: list[Name] = Field(
        default_factory=list,
        max_length=20,
        description="Tests that share a name never overlap in a run.",
        examples=[["payment-sandbox"]],
    )
    timeout_ms: int = Field(default=30_000, ge=1, le=600_000)
    retry_count: int = Field(
        default=0, ge=0, le=10, description="Attempts after anything that did not pass."
    )
    retry: Retry | None = None
    poll: Poll | None = None
    iterate: Iterate | None = None
    tags: list[Tag] = Field(default_factory=list, max_length=50)
    endpoint: CaseEndpoint
    request: RequestConfig = Field(default_factory=RequestConfig)
    response: ResponseSpec = Field(default_factory=ResponseSpec)
    dependencies: list[CaseDependencyCreate] = Field(
        default_factory=list[CaseDependencyCreate], max_length=100
    )

    @model_validator(mode="after")
    def _require_distinct_dependencies(self) -> Self:
        keys = [dependency.required_test_key for dependency in self.dependencies]
        if len(set(keys)) < len(keys):
            message = "dependencies: a test is required twice"
            raise ValueError(message)
        return self


class CaseFields(DatedModel):
    """A test case in a list."""

    id: TestCaseId
    project_id: ProjectId
    suite_id: SuiteId
    endpoint_id: EndpointId
    key: str = Field(examples=["login"])
    name: str = Field(examples=["Login"])
    description: str | None
    order_index: int
    enabled: bool
    phase: Phase
    locks: list[str]
    timeout_ms: int
    retry_count: int
    tags: list[str]
    revision: int = Field(
        examples=[1], description="Raised by every change but that of its place; results name it."
    )


class CaseDependency(BaseModel):
    """A test that must come before."""

    required_test_id: TestCaseId
    required_test_key: str = Field(examples=["login"])
    dependency_type: DependencyType
    condition: Condition


class FixtureUsage(BaseModel):
    """A fixture that the test iterates over or refers to."""

    fixture_id: FixtureId
    name: str = Field(examples=["users"])
    how: FixtureUse


_STORED: Final[dict[str, type[RequestModel]]] = {
    "endpoint": CaseEndpoint,
    "request": RequestConfig,
    "response": ResponseSpec,
}
StoredEndpoint = Annotated[dict[str, Any], DescribedAs(CaseEndpoint)]
StoredRequest = Annotated[dict[str, Any], DescribedAs(RequestConfig)]
StoredResponse = Annotated[dict[str, Any], DescribedAs(ResponseSpec)]


class Case(CaseFields):
    """A test case with everything that it sends and expects."""

    retry: Annotated[dict[str, Any], DescribedAs(Retry)] | None
    poll: Annotated[dict[str, Any], DescribedAs(Poll)] | None
    iterate: Annotated[dict[str, Any], DescribedAs(Iterate)] | None
    endpoint: StoredEndpoint
    request: StoredRequest
    response: StoredResponse
    dependencies: list[CaseDependency]
    fixtures: list[FixtureUsage]

    @field_validator(*_STORED)
    @classmethod
    def _show_what_can_be_sent(
        cls, part: dict[str, Any], information: ValidationInfo
    ) -> dict[str, Any]:
        """Ids of rows, and what the database finds out about them, are no part of a case."""
        declared = _STORED[str(information.field_name)].model_fields
        return {name: part[name] for name in declared if name in part}
