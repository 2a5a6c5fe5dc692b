"""What a test expects of the answer, and what it keeps of it."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from app.catalog.fields import JsonContent, JsonPath, Scalar, SparseModel
from app.catalog.models import AssertionOperator, BodyMatchType, CaptureSource
from app.engine.captures import CaptureTarget
from app.engine.results import AssertionType, Severity
from app.web.fields import Name, RequestModel

StatusCode = Annotated[int, Field(ge=100, le=599, strict=True)]
StatusClass = Annotated[str, StringConstraints(pattern=r"^[1-5]xx$")]
StatusCodes = Annotated[list[StatusCode | StatusClass], Field(min_length=1, max_length=50)]


class AssertionSpec(SparseModel):
    """One expectation about the response."""

    type: AssertionType
    path: str | None = Field(
        default=None,
        max_length=2_000,
        examples=["$.items[0].id"],
        description="A JSONPath, or an XPath for the type xpath.",
    )
    name: str | None = Field(
        default=None, max_length=500, description="Of the header, the cookie or the snapshot."
    )
    operator: AssertionOperator | None = None
    expected: JsonContent = None
    description: str | None = Field(default=None, max_length=500)
    severity: Severity = Field(
        default="error", description="A failed warning does not fail the test."
    )
    masks: list[JsonPath] = Field(
        default_factory=list[str],
        max_length=100,
        description="What a snapshot does not compare: JSONPaths, or patterns in its texts.",
        examples=[["$.created_at", "[0-9]{4}-[0-9]{2}-[0-9]{2}"]],
    )


class CaptureSpec(SparseModel):
    """A value that later tests may use."""

    model_config = ConfigDict(populate_by_name=True)

    source: CaptureSource = Field(default="body", alias="from")
    path: str | None = Field(
        default=None,
        max_length=2_000,
        examples=["$.access_token"],
        description="A JSONPath, an XPath or a regular expression, as `from` says.",
    )
    name: str | None = Field(
        default=None,
        max_length=500,
        description="Of the header or cookie, or the name to store under.",
    )
    into: CaptureTarget = "captured_data"
    required: bool = Field(default=True, description="Whether the test fails without it.")
    secret: bool = Field(
        default=False, description="Hide the value everywhere, as that of a secret variable."
    )


class ResponseSpec(RequestModel):
    """What must come back; without a status code, any 2xx."""

    expected_status_code: StatusCode | StatusCodes | StatusClass | None = Field(
        default=None, examples=[200]
    )
    expected_headers: dict[str, Scalar] = Field(default_factory=dict)
    expected_body: JsonContent = None
    body_match_type: BodyMatchType = "partial"
    ignore_paths: list[JsonPath] = Field(
        default_factory=list[str],
        max_length=100,
        description="JSONPaths that exact and partial comparison and snapshots leave out.",
        examples=[["$.id", "$.created_at"]],
    )
    response_time_max_ms: int | None = Field(default=None, ge=1, le=3_600_000)
    assertions: list[AssertionSpec] = Field(default_factory=list[AssertionSpec], max_length=200)
    capture_vars: dict[str, str | CaptureSpec] = Field(
        default_factory=dict, max_length=200, examples=[{"access_token": "$.access_token"}]
    )
    snapshots: dict[Name, JsonContent] = Field(
        default_factory=dict,
        max_length=50,
        description="Bodies for `snapshot` assertions to compare with: JSON or text, by name.",
    )
