"""Results of assertions, the same whether a run recorded them or a try only shows them."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.engine.results import AssertionType, Severity


class AssertionContext(BaseModel):
    """What an assertion looks at, how, and what its failure means."""

    assertion_name: str
    assertion_type: AssertionType
    operator: str | None
    path: Annotated[str | None, Field(examples=["$.items[0].id"])]
    severity: Annotated[Severity, Field(description="A failed warning does not fail the test.")]


class AssertionResult(AssertionContext):
    """One check of a response and its outcome."""

    expected_value: Any
    actual_value: Any
    diff: Annotated[str | None, Field(description="What differs, by place.")]
    passed: bool
    error_message: str | None
