"""Environments as the API shows them."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.contexts.variables.schemas import Variable
from app.core.identifiers import EnvironmentId, OrganizationId, ProjectId
from app.web.changes import Changes
from app.web.fields import BaseUrl, Description, Name, RequestModel, SearchText
from app.web.pagination import PageRequest
from app.web.resources import DatedModel

OrderIndex = Annotated[int, Field(ge=0, le=1_000_000)]
Include = Literal["variables"]


class EnvironmentCreate(RequestModel):
    """A new environment."""

    name: Name = Field(examples=["Staging"])
    description: Description | None = None
    base_url: BaseUrl
    order_index: OrderIndex = 0


class EnvironmentUpdate(Changes):
    """What is changed of an environment; absent fields stay."""

    name: Name = Field(default="", examples=["Staging"])
    description: Description | None = None
    base_url: BaseUrl = ""
    order_index: OrderIndex = 0


class EnvironmentDuplicate(RequestModel):
    """What a copy has of its own; everything else is as in the original."""

    name: Name = Field(examples=["Staging, new region"])
    description: Description | None = None
    base_url: BaseUrl | None = None
    copy_secrets: bool = Field(
        default=True,
        description="Secret values are copied inside the database. Otherwise the copy has the "
        "names of the secrets, and no values until they are set.",
    )


class EnvironmentOrder(RequestModel):
    """Every environment of the project, once, in the new order."""

    environment_ids: list[EnvironmentId] = Field(max_length=1_000)


class Environment(DatedModel):
    """Where a run points; `variables` only when they are asked for."""

    id: EnvironmentId
    organization_id: OrganizationId
    project_id: ProjectId
    name: str = Field(examples=["Staging"])
    description: str | None
    base_url: str = Field(examples=["https://api.example.com"])
    order_index: int
    variables: list[Variable] = Field(
        default=[], description="By key; secret values are never shown."
    )


class EnvironmentParts(BaseModel):
    """What of an environment is wanted beside its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    include: list[Include] = Field(default=[], max_length=1)


class EnvironmentPageRequest(PageRequest):
    """Which piece of which environments, and what of them."""

    text: SearchText | None = Field(default=None, description="Their names contain this text.")
    base_url: SearchText | None = Field(
        default=None, description="Their base URLs contain this text."
    )
    updated_since: AwareDatetime | None = None
    sort: (
        Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"] | None
    ) = Field(default=None, description="Without it, their own order.")
    include: list[Include] = Field(default=[], max_length=1)
