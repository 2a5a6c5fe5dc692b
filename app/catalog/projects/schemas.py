"""Projects as the API shows them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.catalog.models import ProjectStatus
from app.core.identifiers import OrganizationId, ProjectId, SuiteId
from app.web.changes import Changes
from app.web.fields import BaseUrl, Description, Name, RequestModel, SearchText
from app.web.pagination import PageRequest
from app.web.resources import DatedModel

ProjectPart = Literal["suites"]
ProjectSort = Literal["created_at", "-created_at", "updated_at", "-updated_at", "name", "-name"]


class ProjectCreate(RequestModel):
    """A new project."""

    name: Name = Field(examples=["Shop"])
    description: Description | None = Field(default=None, examples=["The public shop API"])
    base_url: BaseUrl | None = None


class ProjectUpdate(Changes):
    """What editors change of a project; absent fields stay."""

    name: Name = Field(default="", examples=["Shop"])
    description: Description | None = Field(default=None, examples=["The public shop API"])
    base_url: BaseUrl | None = None
    status: ProjectStatus = "active"


class ProjectParts(BaseModel):
    """What of a project is wanted beside its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    include: list[ProjectPart] = Field(default=[], max_length=1)


class ProjectPageRequest(PageRequest):
    """Which piece of the projects, and which of them."""

    status: list[ProjectStatus] = Field(
        default=[], max_length=3, description="Any of these.", examples=[["active"]]
    )
    text: SearchText | None = Field(default=None, description="Part of the name.")
    sort: ProjectSort = "created_at"
    include: list[ProjectPart] = Field(default=[], max_length=1)


class SuiteOfProject(BaseModel):
    """A suite, within its project."""

    id: SuiteId
    name: str = Field(examples=["Checkout"])
    order_index: int
    enabled: bool


class Project(DatedModel):
    """Something that is tested."""

    id: ProjectId
    organization_id: OrganizationId
    name: str = Field(examples=["Shop"])
    description: str | None = Field(examples=["The public shop API"])
    base_url: str | None = Field(examples=["https://api.example.com"])
    status: ProjectStatus
    suites: list[SuiteOfProject] = Field(
        default=[], description="In their order; with `include=suites`."
    )
