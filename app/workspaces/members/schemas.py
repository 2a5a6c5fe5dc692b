"""Members as the API shows them."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from app.core.identifiers import MemberId, OrganizationId, UserId
from app.web.changes import Changes
from app.web.pagination import PageRequest
from app.web.resources import DatedModel

Role = Literal["viewer", "editor", "admin", "owner"]
Sort = Literal["created_at", "-created_at", "role", "-role"]


class Person(BaseModel):
    """Who a member is."""

    id: UserId
    email: str | None = Field(examples=["ann@example.com"])
    full_name: str | None = Field(examples=["Ann Smith"])


class Member(DatedModel):
    """Somebody who belongs to an organization."""

    id: MemberId
    organization_id: OrganizationId
    role: Role
    user: Person


class MemberUpdate(Changes):
    """Another role for a member; nobody gives or takes a role above their own."""

    role: Role


class MemberPageRequest(PageRequest):
    """Which members, in which order; roles ascend from viewer to owner."""

    role: Annotated[list[Role], Query()] = []
    sort: Annotated[Sort, Query()] = "created_at"
