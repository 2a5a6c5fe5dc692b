"""Suites as the API shows them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.identifiers import OrganizationId, ProjectId, SuiteId, TestCaseId
from app.web.changes import Changes
from app.web.fields import Description, Name, RequestModel, SearchText
from app.web.pagination import PageRequest
from app.web.resources import DatedModel

Place = Annotated[int, Field(ge=0, le=1_000_000)]
SuitePart = Literal["cases"]
SuiteSort = Literal[
    "order_index", "-order_index", "name", "-name",
    "created_at", "-created_at", "updated_at", "-updated_at",
]  # fmt: skip
MOST_SUITES = 5_000


class SuiteCreate(RequestModel):
    """A new suite."""

    name: Name = Field(examples=["Checkout"])
    description: Description | None = Field(default=None, examples=["From login to the cart"])
    order_index: Place = 0
    enabled: bool = True


class SuiteUpdate(Changes):
    """What editors change of a suite; absent fields stay."""

    name: Name = Field(default="", examples=["Checkout"])
    description: Description | None = Field(default=None, examples=["From login to the cart"])
    order_index: Place = 0
    enabled: bool = True


class SuiteOrder(RequestModel):
    """All suites of a project, first to last."""

    suite_ids: list[SuiteId] = Field(max_length=MOST_SUITES)


class SuiteParts(BaseModel):
    """What of a suite is wanted beside its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    include: list[SuitePart] = Field(default=[], max_length=1)


class SuitePageRequest(PageRequest):
    """Which piece of the suites, and which of them."""

    enabled: bool | None = None
    text: SearchText | None = Field(default=None, description="Part of the name.")
    sort: SuiteSort = "order_index"
    include: list[SuitePart] = Field(default=[], max_length=1)


class CaseOfSuite(BaseModel):
    """A test case, within its suite."""

    id: TestCaseId
    key: str = Field(examples=["login"])
    name: str = Field(examples=["Login"])
    order_index: int
    enabled: bool


class Suite(DatedModel):
    """Tests that belong together."""

    id: SuiteId
    organization_id: OrganizationId
    project_id: ProjectId
    name: str = Field(examples=["Checkout"])
    description: str | None = Field(examples=["From login to the cart"])
    order_index: int
    enabled: bool
    cases: list[CaseOfSuite] = Field(
        default=[], description="In their order; with `include=cases`."
    )
