"""Environments and their variables as the API shows them."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from app.core.identifiers import EnvironmentId, OrganizationId, ProjectId, VariableId
from app.web.fields import BaseUrl, Description, Name, RequestModel

VariableKey = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", min_length=1, max_length=128)
]
VariableValue = Annotated[str, StringConstraints(max_length=65_536)]


class EnvironmentCreate(RequestModel):
    """A new environment."""

    name: Name = Field(examples=["Staging"])
    description: Description | None = None
    base_url: BaseUrl
    order_index: int = Field(default=0, ge=0, le=1_000_000)


class Environment(BaseModel):
    """Where a run points."""

    id: EnvironmentId
    organization_id: OrganizationId
    project_id: ProjectId
    name: str = Field(examples=["Staging"])
    description: str | None
    base_url: str = Field(examples=["https://api.example.com"])
    order_index: int
    created_at: datetime


class VariablePut(RequestModel):
    """The value that a variable gets."""

    value: VariableValue = Field(examples=["ada@example.org"])
    is_secret: bool = Field(
        default=False, description="A secret is stored encrypted and never shown again."
    )

    @model_validator(mode="after")
    def _require_secret_value(self) -> Self:
        if self.is_secret and not self.value:
            message = "the value of a secret must not be empty"
            raise ValueError(message)
        return self


class Variable(BaseModel):
    """A value of an environment; of a secret one only the last characters are shown."""

    id: VariableId
    environment_id: EnvironmentId
    key: str = Field(examples=["EMAIL"])
    value: str | None = Field(examples=["ada@example.org"], description="Null for a secret.")
    is_secret: bool
    value_last_four: str | None = Field(examples=[None])
    value_set_at: datetime | None
    updated_at: datetime
