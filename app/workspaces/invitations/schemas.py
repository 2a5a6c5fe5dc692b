"""Invitations as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field, StringConstraints

from app.core.identifiers import InvitationId, OrganizationId, UserId
from app.web.changes import Changes
from app.web.fields import RequestModel
from app.web.pagination import PageRequest
from app.web.resources import DatedModel
from app.workspaces.members.schemas import Role

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        min_length=3,
        max_length=320,
        pattern=r"^[^@\s\x00]+@[^@\s\x00]+$",
    ),
    Field(examples=["ann@example.com"]),
]
Days = Annotated[int, Field(ge=1, le=30, examples=[7])]
Sort = Literal["created_at", "-created_at", "expires_at", "-expires_at", "email", "-email"]


class InvitationCreate(RequestModel):
    """A role for whoever owns the address; nobody offers a role above their own."""

    email: Email
    role: Role = Field(default="viewer", examples=["editor"])
    expires_in_days: Days = 7


class InvitationUpdate(Changes):
    """Another role, or more time: `expires_in_days` counts from now."""

    role: Role = "viewer"
    expires_in_days: Days = 7


class Invitation(DatedModel):
    """A role that somebody may take; it is void once who made it has left or lost the role."""

    id: InvitationId
    organization_id: OrganizationId
    organization_name: str = Field(examples=["Acme"])
    email: str = Field(examples=["ann@example.com"])
    role: Role
    invited_by: UserId
    expires_at: datetime


class InvitationPageRequest(PageRequest):
    """Which invitations, in which order."""

    role: Annotated[list[Role], Query()] = []
    sort: Annotated[Sort, Query()] = "created_at"
