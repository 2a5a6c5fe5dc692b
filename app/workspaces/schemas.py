"""Organizations as the API shows them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from app.core.identifiers import OrganizationId
from app.web.fields import Description, Name, RequestModel

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", min_length=2, max_length=63)]


class OrganizationCreate(RequestModel):
    """A new organization; its creator becomes the owner."""

    name: Name = Field(examples=["Acme"])
    slug: Slug = Field(examples=["acme"], description="Unique among all organizations.")
    description: Description | None = Field(default=None, examples=["Shop and payments"])


class Organization(BaseModel):
    """A tenant."""

    id: OrganizationId
    name: str = Field(examples=["Acme"])
    slug: str = Field(examples=["acme"])
    description: str | None = Field(examples=["Shop and payments"])
    created_at: datetime
