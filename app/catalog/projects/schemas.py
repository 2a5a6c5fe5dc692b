"""Projects as the API shows them."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.catalog.models import ProjectStatus
from app.core.identifiers import OrganizationId, ProjectId
from app.web.fields import BaseUrl, Description, Name, RequestModel


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
