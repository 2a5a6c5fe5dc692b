"""Saved searches as the API shows them."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from app.core.identifiers import (
    EnvironmentId,
    OrganizationId,
    ProjectId,
    SavedSearchId,
    SuiteId,
    UserId,
)
from app.web.changes import Changes
from app.web.fields import Name, RequestModel
from app.web.resources import DatedModel

Texts = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=100)]


class SearchFilters(RequestModel):
    """What a search looks for: everything of each kind that is given, of any kind that is not."""

    project_id: ProjectId | None = None
    suite_ids: list[SuiteId] = Field(default=[], max_length=100)
    environment_ids: list[EnvironmentId] = Field(default=[], max_length=100)
    tags: Texts = Field(default=[], examples=[["smoke"]])
    statuses: Texts = Field(default=[], examples=[["failed", "error"]])
    categories: Texts = Field(default=[], examples=[["timeout"]])
    text: str | None = Field(default=None, max_length=500)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class SavedSearchCreate(RequestModel):
    """A new search of the caller."""

    name: Name = Field(examples=["Failing smoke tests"])
    filters: SearchFilters = SearchFilters()


class SavedSearchUpdate(Changes):
    """What its owner changes of a search; absent fields stay."""

    name: Name = Field(default="", examples=["Failing smoke tests"])
    filters: SearchFilters = SearchFilters()


class SavedSearch(DatedModel):
    """Filters that a person keeps."""

    id: SavedSearchId
    organization_id: OrganizationId
    user_id: UserId
    name: str = Field(examples=["Failing smoke tests"])
    filters: SearchFilters
