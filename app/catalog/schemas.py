"""Projects, suites and test cases as the API shows them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from app.catalog.models import (
    AssertionOperator,
    AssertionType,
    AuthType,
    BodyMatchType,
    BodyType,
    CaptureSource,
    CaptureTarget,
    DependencyType,
    Method,
    ProjectStatus,
)
from app.core.identifiers import OrganizationId, ProjectId, SuiteId, TestCaseId
from app.web.fields import BaseUrl, Description, Name, RequestModel

Key = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*$", min_length=1, max_length=63)
]
Path = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_048)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
StatusCode = Annotated[int, Field(ge=100, le=599, strict=True)]
StatusClass = Annotated[str, StringConstraints(pattern=r"^[1-5]xx$")]
StatusCodes = Annotated[list[StatusCode], Field(min_length=1, max_length=50)]
Scalar = str | int | float | bool


class ProjectCreate(RequestModel):
    """A new project."""

    name: Name = Field(examples=["Shop"])
    description: Description | None = Field(default=None, examples=["The public shop API"])
    base_url: BaseUrl | None = None


class Project(BaseModel):
    """Something that is tested."""

    id: ProjectId
    organization_id: OrganizationId
    name: str = Field(examples=["Shop"])
    description: str | None = Field(examples=["The public shop API"])
    base_url: str | None = Field(examples=["https://api.example.com"])
    status: ProjectStatus
    created_at: datetime


class SuiteCreate(RequestModel):
    """A new suite."""

    name: Name = Field(examples=["Checkout"])
    description: Description | None = Field(default=None, examples=["From login to the cart"])
    order_index: int = Field(default=0, ge=0, le=1_000_000)
    enabled: bool = True


class Suite(BaseModel):
    """Tests that belong together."""

    id: SuiteId
    organization_id: OrganizationId
    project_id: ProjectId
    name: str = Field(examples=["Checkout"])
    description: str | None = Field(examples=["From login to the cart"])
    order_index: int
    enabled: bool
    created_at: datetime


class Endpoint(RequestModel):
    """Where the request goes; endpoints with the same method and path are shared in a project."""

    method: Method = Field(examples=["POST"])
    path: Path = Field(examples=["/login"])
    name: Name | None = Field(default=None, examples=["Login"])
    description: Description | None = None


class RequestConfig(RequestModel):
    """What is sent; every text may contain `{{templates}}`."""

    headers: dict[str, str] = Field(default_factory=dict)
    query_params: dict[str, Any] = Field(default_factory=dict)
    path_params: dict[str, Any] = Field(default_factory=dict)
    body: Any = Field(default=None, examples=[{"email": "{{env.EMAIL}}"}])
    body_type: BodyType = "json"
    auth_type: AuthType = "none"
    auth_token_ref: str | None = Field(
        default=None, max_length=2_048, examples=["shared_auth_tokens.access_token"]
    )


class SparseModel(RequestModel):
    """Stored as sent: an absent field stays absent, an explicit null stays null."""

    @model_serializer(mode="wrap")
    def _leave_out_absent(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = serialize(self)
        declared = type(self).model_fields
        sent = {declared[name].alias or name for name in self.model_fields_set}
        return {name: value for name, value in fields.items() if name in sent}


class AssertionSpec(SparseModel):
    """One expectation about the response."""

    type: AssertionType
    path: str | None = Field(default=None, examples=["$.items[0].id"], description="JSONPath.")
    name: str | None = Field(default=None, description="Header name.")
    operator: AssertionOperator | None = None
    expected: Any = None
    description: str | None = Field(default=None, max_length=500)


class CaptureSpec(SparseModel):
    """A value that later tests may use."""

    model_config = ConfigDict(populate_by_name=True)

    source: CaptureSource = Field(default="body", alias="from")
    path: str | None = Field(default=None, examples=["$.access_token"], description="JSONPath.")
    name: str | None = Field(default=None, description="Header name, or the name to store under.")
    into: CaptureTarget = "captured_data"


class ResponseSpec(RequestModel):
    """What must come back; without a status code, any 2xx."""

    expected_status_code: StatusCode | StatusCodes | StatusClass | None = Field(
        default=None, examples=[200]
    )
    expected_headers: dict[str, Scalar] = Field(default_factory=dict)
    expected_body: Any = None
    body_match_type: BodyMatchType = "partial"
    response_time_max_ms: int | None = Field(default=None, ge=1, le=3_600_000)
    assertions: list[AssertionSpec] = Field(default_factory=list[AssertionSpec], max_length=200)
    capture_vars: dict[str, str | CaptureSpec] = Field(
        default_factory=dict, examples=[{"access_token": "$.access_token"}]
    )


class Dependency(RequestModel):
    """A test of the same project that must have passed before."""

    required_test_key: Key = Field(examples=["login"])
    dependency_type: DependencyType = "order"


class CaseCreate(RequestModel):
    """A new test case."""

    key: Key = Field(examples=["login"], description="Name in templates, unique in the project.")
    name: Name = Field(examples=["Login"])
    description: Description | None = None
    order_index: int = Field(default=0, ge=0, le=1_000_000)
    enabled: bool = True
    timeout_ms: int = Field(default=30_000, ge=1, le=600_000)
    retry_count: int = Field(default=0, ge=0, le=10)
    tags: list[Tag] = Field(default_factory=list, max_length=50)
    endpoint: Endpoint
    request: RequestConfig = Field(default_factory=RequestConfig)
    response: ResponseSpec = Field(default_factory=ResponseSpec)
    dependencies: list[Dependency] = Field(default_factory=list[Dependency], max_length=100)


class CaseSummary(BaseModel):
    """A test case in a list."""

    id: TestCaseId
    suite_id: SuiteId
    key: str = Field(examples=["login"])
    name: str = Field(examples=["Login"])
    description: str | None
    order_index: int
    enabled: bool
    timeout_ms: int
    retry_count: int
    tags: list[str]
    created_at: datetime


class EndpointView(BaseModel):
    """Where the request goes."""

    method: Method
    path: str
    name: str | None
    description: str | None


class Case(CaseSummary):
    """A test case with everything that it sends and expects."""

    endpoint: EndpointView
    request: dict[str, Any]
    response: dict[str, Any]
    dependencies: list[dict[str, Any]]
