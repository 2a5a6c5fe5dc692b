"""Suites as the API shows them."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.core.identifiers import OrganizationId, ProjectId, SuiteId
from app.web.fields import Description, Name, RequestModel


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
