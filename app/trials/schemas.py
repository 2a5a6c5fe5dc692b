"""What callers send and receive when they try a test case."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from app.catalog.assertion_results import AssertionResult
from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.fields import Key
from app.core.identifiers import EnvironmentId, TestCaseId
from app.engine.errors import Category
from app.engine.iterations import MAXIMUM_ITERATIONS
from app.web.fields import RequestModel

VariableName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", min_length=1, max_length=128)
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
TryStatus = Literal["passed", "failed", "error"]
Values = Annotated[dict[Name, Any], Field(max_length=200)]


class Captured(RequestModel):
    """What other tests of a run would have captured, by the names that templates use."""

    shared_auth_tokens: Values = Field(
        default={}, description="Secrets: masked in the answer.", examples=[{"access_token": "t-1"}]
    )
    shared_variables: Values = Field(default={}, examples=[{"locale": "de-DE"}])
    captured_data: dict[Key, Values] = Field(
        default={}, max_length=200, examples=[{"create-order": {"order_id": 17}}]
    )


class TrialContext(RequestModel):
    """
    What the templates of the test see.

    `row` stands in for the value of the iteration, also of a test that is not iterated.
    """

    environment_id: EnvironmentId | None = Field(
        default=None, description="Without one there is no base URL, and no variable but yours."
    )
    variables: dict[VariableName, Annotated[str, StringConstraints(max_length=65_536)]] = Field(
        default={},
        max_length=200,
        examples=[{"EMAIL": "ada@example.org"}],
        description="In place of variables of the environment. These values are not masked.",
    )
    captured: Captured = Captured()
    iteration: int = Field(
        default=0,
        ge=0,
        lt=MAXIMUM_ITERATIONS,
        description="Which iteration of an iterated test, from 0.",
    )
    row: Any = Field(default=None, examples=[{"sku": "A-1", "quantity": 2}])
    seed: int | None = Field(
        default=None, ge=-(2**63), lt=2**63, description="Repeats the dynamic values."
    )


class DraftTrial(TrialContext):
    """A test case that is not stored, and what its templates see."""

    case: CaseCreate


class CapturingCase(BaseModel):
    """A test case that captures the missing value, so that a run with it would have it."""

    test_case_id: TestCaseId
    key: str = Field(examples=["login"])
    name: str = Field(examples=["Login"])


class MissingValue(BaseModel):
    """One expression without a value."""

    field: str = Field(examples=["request.path_params.id"], description="Where in the case.")
    expression: str = Field(examples=["captured_data.create-order.order_id"])
    detail: str = Field(
        examples=["{{captured_data.create-order.order_id}}: captured_data has no 'create-order'"]
    )
    suggested_fix: str
    existing: list[str] = Field(description="Some of the names that are there instead.")
    captured_by: list[CapturingCase]


class TrialProblem(BaseModel):
    """Why the test cannot be carried out, beside values that are missing."""

    category: Category
    detail: str
    suggested_fix: str
    field: str | None


class ShownRequest(BaseModel):
    """The request; secrets are masked, and a long body is cut."""

    method: str = Field(examples=["POST"])
    url: str = Field(examples=["https://api.example.com/login"])
    headers: dict[str, str]
    query: dict[str, Any]
    body: str | None


class ShownAuthentication(BaseModel):
    """How the request proves who sends it."""

    type: str = Field(examples=["bearer"])
    applied: bool = Field(description="Whether the request shows it.")
    explanation: str | None


class Preview(BaseModel):
    """
    What would be sent.

    An expression without a value stands in the request as the text of itself. Secret variables are
    not read: stand-ins for them are masked. `request` is null when it cannot be built.
    """

    key: str = Field(examples=["login"])
    request: ShownRequest | None
    authentication: ShownAuthentication
    missing: list[MissingValue]
    problem: TrialProblem | None
    timeout_ms: int


class ShownResponse(BaseModel):
    """The answer; secrets are masked, and a long body is cut."""

    status_code: int = Field(examples=[200])
    headers: dict[str, str]
    body: str
    body_bytes: int
    is_truncated: bool
    elapsed_ms: float
    timing_phases: dict[str, float] = Field(examples=[{"connect_ms": 1.2, "first_byte_ms": 8.9}])


class Try(BaseModel):
    """
    What came of sending the request once; nothing of it is recorded.

    With something `missing` nothing was sent, and the status is `error`. `captured` are the values
    that the test would leave for others, by `part.name`; secrets are masked.
    """

    key: str = Field(examples=["login"])
    status: TryStatus
    request: ShownRequest | None
    response: ShownResponse | None
    assertions: list[AssertionResult]
    captured: dict[str, Any] = Field(examples=[{"captured_data.order_id": 17}])
    missing: list[MissingValue]
    problem: TrialProblem | None
    started_at: datetime | None
    duration_ms: float
