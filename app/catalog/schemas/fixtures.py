"""Fixtures as the API shows them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from app.catalog.models import FixtureType
from app.catalog.schemas.fields import SparseModel, Tag
from app.core.identifiers import FixtureId, OrganizationId, ProjectId
from app.web.fields import Description, Name, RequestModel


def _refuse_null(value: object) -> object:
    if value is None:
        message = "null is no test data"
        raise ValueError(message)
    return value


FixtureData = Annotated[
    Any,
    AfterValidator(_refuse_null),
    Field(
        description="Any JSON but null; a test can iterate over a list.",
        examples=[[{"email": "ada@example.org"}, {"email": "bob@example.org"}]],
    ),
]


class FixtureCreate(RequestModel):
    """New test data."""

    name: Name = Field(examples=["users"], description="Name in templates, unique in the project.")
    description: Description | None = None
    fixture_type: FixtureType = "custom"
    data: FixtureData
    tags: list[Tag] = Field(default_factory=list, max_length=50)


class FixtureUpdate(SparseModel):
    """What to change; what is absent stays as it is."""

    name: Name = ""
    description: Description | None = None
    fixture_type: FixtureType = "custom"
    data: FixtureData = None
    tags: list[Tag] = Field(default_factory=list, max_length=50)


class FixtureSummary(BaseModel):
    """A fixture in a list, without its data."""

    id: FixtureId
    organization_id: OrganizationId
    project_id: ProjectId
    name: str = Field(examples=["users"])
    description: str | None
    fixture_type: FixtureType
    tags: list[str]
    created_at: datetime
    updated_at: datetime


class Fixture(FixtureSummary):
    """Named test data that tests refer to or iterate over."""

    data: Any
