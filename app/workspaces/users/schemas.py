"""The signed-in person as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from app.core.identifiers import MemberId, OrganizationId, UserId
from app.web.changes import Changes
from app.web.fields import Name
from app.web.resources import DatedModel
from app.workspaces.members.schemas import Role


class MembershipOrganization(BaseModel):
    """Where somebody is a member."""

    id: OrganizationId
    name: str = Field(examples=["Acme"])
    slug: str = Field(examples=["acme"])


class Membership(BaseModel):
    """An organization that the person belongs to, and as what."""

    id: MemberId
    role: Role
    organization: MembershipOrganization
    created_at: datetime


class User(DatedModel):
    """A person; the address changes through Supabase auth."""

    id: UserId
    email: str | None = Field(examples=["ann@example.com"])
    full_name: str | None = Field(examples=["Ann Smith"])
    memberships: list[Membership] = Field(
        default=[], description="Only with `include=memberships`."
    )


class UserUpdate(Changes):
    """What people change of themselves."""

    full_name: Name | None = Field(default=None, examples=["Ann Smith"])


class UserParts(BaseModel):
    """What is wanted besides the person."""

    include: Annotated[list[Literal["memberships"]], Query()] = []
