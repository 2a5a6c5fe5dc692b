"""Environments as the API shows them."""

from pydantic import Field

from app.core.identifiers import EnvironmentId, OrganizationId, ProjectId
from app.web.fields import BaseUrl, Description, Name, RequestModel
from app.web.resources import DatedModel


class EnvironmentCreate(RequestModel):
    """A new environment."""

    name: Name = Field(examples=["Staging"])
    description: Description | None = None
    base_url: BaseUrl
    order_index: int = Field(default=0, ge=0, le=1_000_000)


class Environment(DatedModel):
    """Where a run points."""

    id: EnvironmentId
    organization_id: OrganizationId
    project_id: ProjectId
    name: str = Field(examples=["Staging"])
    description: str | None
    base_url: str = Field(examples=["https://api.example.com"])
    order_index: int
