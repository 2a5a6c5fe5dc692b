"""Endpoints as the API shows them."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from app.catalog.fields import JsonContent, Path, Tag
from app.catalog.models import Method
from app.core.identifiers import EndpointId, OrganizationId, ProjectId, SuiteId, TestCaseId
from app.web.changes import Changes
from app.web.fields import Description, Name, RequestModel, SearchText
from app.web.pagination import PageRequest
from app.web.resources import DatedModel

EndpointSort = Literal[
    "path", "-path", "name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"
]
ResponseSchemas = Annotated[
    dict[str, JsonContent],
    Field(
        max_length=100,
        description="JSON Schemas of the answers by status code, for `openapi` assertions.",
        examples=[{"200": {"type": "object", "required": ["access_token"]}}],
    ),
]
Link = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern="^https?://", max_length=2_048)
]
Tags = Annotated[list[Tag], Field(max_length=50, examples=[["auth"]])]


class CaseEndpoint(RequestModel):
    """
    Where the request goes; endpoints with the same method and path are shared in a project.

    What else is given is written to the shared endpoint; null leaves what it has.
    """

    method: Method = Field(examples=["POST"])
    path: Path = Field(examples=["/login"])
    name: Name | None = Field(default=None, examples=["Login"])
    description: Description | None = None
    response_schemas: ResponseSchemas | None = None


class EndpointCreate(RequestModel):
    """A new endpoint of a project."""

    method: Method = Field(examples=["POST"])
    path: Path = Field(examples=["/login"])
    name: Name | None = Field(
        default=None, examples=["Login"], description="Without it, method and path."
    )
    description: Description | None = None
    tags: Tags = []
    documentation_url: Link | None = Field(default=None, examples=["https://docs.example.com"])
    request_schema: dict[str, JsonContent] | None = Field(
        default=None, description="JSON Schema of the body.", examples=[{"type": "object"}]
    )
    response_schemas: ResponseSchemas | None = None


class EndpointUpdate(Changes):
    """What editors change of an endpoint, for all tests that call it; absent fields stay."""

    method: Method = "GET"
    path: Path = Field(default="", examples=["/login"])
    name: Name = Field(default="", examples=["Login"])
    description: Description | None = None
    tags: Tags = []
    documentation_url: Link | None = None
    request_schema: dict[str, JsonContent] | None = None
    response_schemas: ResponseSchemas | None = None


class EndpointPageRequest(PageRequest):
    """Which piece of the endpoints, and which of them."""

    method: list[Method] = Field(default=[], max_length=7, description="Any of these.")
    text: SearchText | None = Field(default=None, description="Part of the path.")
    tags: list[Tag] = Field(default=[], max_length=50, description="All of these.")
    updated_since: AwareDatetime | None = None
    sort: EndpointSort = "path"


class Endpoint(DatedModel):
    """What tests of a project call."""

    id: EndpointId
    organization_id: OrganizationId
    project_id: ProjectId
    method: Method
    path: str = Field(examples=["/login"])
    name: str = Field(examples=["Login"])
    description: str | None
    tags: list[str]
    documentation_url: str | None
    request_schema: dict[str, Any] | None
    response_schemas: dict[str, Any] | None


class EndpointUser(BaseModel):
    """A test case that calls the endpoint."""

    test_case_id: TestCaseId
    suite_id: SuiteId
    key: str = Field(examples=["login"])
    name: str = Field(examples=["Login"])
    enabled: bool
