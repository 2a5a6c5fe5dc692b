"""Members as the API shows them."""

from typing import Literal

from pydantic import BaseModel, Field

from app.core.identifiers import MemberId, OrganizationId, UserId
from app.web.changes import Changes
from app.web.resources import DatedModel

Role = Literal["viewer", "editor", "admin", "owner"]


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
