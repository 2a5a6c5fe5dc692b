"""Lists of test cases, with the parts that callers ask for."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from app.catalog.cases.schemas.cases import CaseSummary, DependencyView, EndpointView
from app.catalog.fields import Tag
from app.core.identifiers import EndpointId, SuiteId
from app.engine.planned_test import Phase
from app.web.pagination import PageRequest

CasePart = Literal["endpoint", "request", "response", "dependencies"]
CaseSort = Literal[
    "order_index", "-order_index", "key", "-key", "name", "-name",
    "created_at", "-created_at", "updated_at", "-updated_at",
]  # fmt: skip


class SuiteCasePageRequest(PageRequest):
    """Which piece of the test cases, and which of them."""

    text: str | None = Field(default=None, max_length=200, description="Part of key or name.")
    tags: list[Tag] = Field(default=[], max_length=50, description="All of these.")
    enabled: bool | None = None
    phase: Phase | None = None
    endpoint_id: EndpointId | None = None
    updated_since: AwareDatetime | None = None
    sort: CaseSort = "order_index"
    include: list[CasePart] = Field(default=[], max_length=4)


class CasePageRequest(SuiteCasePageRequest):
    """Which piece of the test cases of a project, and which of them."""

    suite_id: list[SuiteId] = Field(default=[], max_length=100, description="Any of these.")


class CaseListed(CaseSummary):
    """A test case in a list, with the parts that were asked for."""

    endpoint: EndpointView | None = Field(default=None, description="With `include=endpoint`.")
    request: dict[str, Any] | None = Field(default=None, description="With `include=request`.")
    response: dict[str, Any] | None = Field(default=None, description="With `include=response`.")
    dependencies: list[DependencyView] = Field(
        default=[], description="With `include=dependencies`."
    )
