"""Test cases as callers replace and change them."""

from typing import Any, Final, cast

from pydantic import ConfigDict, Field, model_validator

from app.catalog.cases.schemas.cases import CaseCreate, CaseDependencyCreate
from app.catalog.cases.schemas.repetition import Iterate, Poll, Retry
from app.catalog.cases.schemas.requests import RequestConfig
from app.catalog.cases.schemas.responses import ResponseSpec
from app.catalog.endpoints.schemas import CaseEndpoint
from app.catalog.fields import Key, Tag
from app.core.identifiers import SuiteId, TestCaseId
from app.engine.planned_test import Phase
from app.web.changes import Changes
from app.web.fields import Description, Name, RequestModel

_ONLY_SHOWN: Final = frozenset(
    {"id", "project_id", "endpoint_id", "revision", "fixtures", "created_at", "updated_at"}
)


class CaseReplace(CaseCreate):
    """
    A whole test case.

    What GET shows and nobody writes (`id`, `revision`, `fixtures`...) is ignored, so that its
    answer can be edited and sent back.
    """

    model_config = ConfigDict(title="CaseReplace")

    suite_id: SuiteId | None = Field(
        default=None, description="Another suite of the project moves the test there."
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_is_only_shown(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        fields = cast("dict[str, Any]", value)
        return _clean_parts({name: fields[name] for name in fields if name not in _ONLY_SHOWN})


def _clean_parts(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is only shown within parts."""
    cleaned = dict(fields)
    if isinstance(fields.get("dependencies"), list):
        entries = cast("list[Any]", fields["dependencies"])
        cleaned["dependencies"] = [_leave_out(entry, "required_test_id") for entry in entries]
    return cleaned


def _leave_out(document: Any, shown: str) -> Any:
    if not isinstance(document, dict):
        return document
    fields = cast("dict[str, Any]", document)
    return {name: value for name, value in fields.items() if name != shown}


class CaseUpdate(Changes):
    """What editors change of a test case: each given part replaces the present one as a whole."""

    suite_id: SuiteId = Field(
        default=cast("SuiteId", None),
        description="Another suite of the project moves the test there.",
    )
    key: Key = Field(default="", examples=["login"])
    name: Name = Field(default="", examples=["Login"])
    description: Description | None = None
    order_index: int = Field(default=0, ge=0, le=1_000_000)
    enabled: bool = True
    phase: Phase = "test"
    locks: list[Name] = Field(default=[], max_length=20, examples=[["payment-sandbox"]])
    timeout_ms: int = Field(default=30_000, ge=1, le=600_000)
    retry_count: int = Field(default=0, ge=0, le=10)
    retry: Retry | None = None
    poll: Poll | None = None
    iterate: Iterate | None = None
    tags: list[Tag] = Field(default=[], max_length=50, examples=[["smoke"]])
    endpoint: CaseEndpoint = CaseEndpoint(method="GET", path="/")
    request: RequestConfig = RequestConfig()
    response: ResponseSpec = ResponseSpec()
    dependencies: list[CaseDependencyCreate] = Field(default=[], max_length=100)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_is_only_shown(cls, value: Any) -> Any:
        return _clean_parts(cast("dict[str, Any]", value)) if isinstance(value, dict) else value


class CaseOrder(RequestModel):
    """All test cases of a suite, first to last."""

    test_case_ids: list[TestCaseId] = Field(max_length=20_000)
