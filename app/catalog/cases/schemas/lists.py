"""Lists of test cases, with the parts that callers ask for."""

from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from app.catalog.cases.schemas.cases import (
    CaseDependency,
    CaseFields,
    StoredEndpoint,
    StoredRequest,
    StoredResponse,
)
from app.catalog.fields import Tag
from app.core.identifiers import EndpointId, SuiteId
from app.engine.planned_test import Phase
from app.web.fields import SearchText
from app.web.pagination import PageRequest

CasePart = Literal["endpoint", "request", "response", "dependencies"]
CaseSort = Literal[
    "order_index", "-order_index", "key", "-key", "name", "-name",
    "created_at", "-created_at", "updated_at", "-updated_at",
]  # fmt: skip


class SuiteCasePageRequest(PageRequest):
    """Which piece of the test cases, and which of them."""

    text: SearchText | None = Field(default=None, description="Part of key or name.")
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


def _take_only(value: Any) -> Any:
    """PostgREST shows the one row of a case as a list."""
    rows = cast("list[Any]", value) if isinstance(value, list) else [value]
    return rows[0] if rows else None


def _sort(dependencies: list[CaseDependency]) -> list[CaseDependency]:
    """PostgREST does not order embedded rows by a column of another table."""
    return sorted(dependencies, key=lambda dependency: dependency.required_test_key)


OnlyRow = BeforeValidator(_take_only)


class CaseSummary(CaseFields):
    """A test case in a list, with the parts that were asked for."""

    endpoint: StoredEndpoint | None = Field(default=None, description="With `include=endpoint`.")
    request: Annotated[StoredRequest | None, OnlyRow] = Field(
        default=None, description="With `include=request`."
    )
    response: Annotated[StoredResponse | None, OnlyRow] = Field(
        default=None, description="With `include=response`."
    )
    dependencies: Annotated[list[CaseDependency], AfterValidator(_sort)] = Field(
        default=[], description="With `include=dependencies`."
    )
