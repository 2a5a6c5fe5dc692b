"""What can be done with invitations."""

from datetime import timedelta
from typing import Any

from app.core.clock import SystemClock
from app.core.identifiers import InvitationId, OrganizationId, UserId
from app.db.conditions import any_of
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Listing, Page, PageRequest
from app.web.resources import Resource
from app.workspaces.invitations import repository
from app.workspaces.invitations.schemas import (
    Invitation,
    InvitationCreate,
    InvitationPageRequest,
    InvitationUpdate,
)
from app.workspaces.members.schemas import Member
from app.workspaces.organizations.service import get_organization

INVITATIONS = Resource(Listing("organization_invitations", Invitation, order=("created_at", "id")))


async def create_invitation(
    session: Session, organization_id: OrganizationId, invitation: InvitationCreate
) -> Invitation:
    """Offer a role; raises `NotFoundError`, `RoleAboveOwnError`, `AlreadyMemberError` and others."""
    row = {
        **invitation.model_dump(mode="json", exclude={"expires_in_days"}),
        "organization_id": str(organization_id),
        "expires_at": _expire(invitation.expires_in_days),
    }
    return await INVITATIONS.create(session, row)


async def list_invitations(
    session: Session, organization_id: OrganizationId, page: InvitationPageRequest
) -> Page[Invitation]:
    """Return the invitations to an organization as far as the caller sees them."""
    await get_organization(session, organization_id)
    where: dict[str, Any] = {"organization_id": organization_id}
    if page.role:
        where["role"] = any_of(page.role)
    return await INVITATIONS.listing.select_page(session, page, sort=page.sort, **where)


async def list_own_invitations(
    session: Session, user_id: UserId, page: PageRequest
) -> Page[Invitation]:
    """Return the invitations for the caller's address."""
    person = await session.find("users", "email", id=user_id)
    email = (person or {}).get("email") or ""
    return await INVITATIONS.listing.select_page(session, page, email=email.lower())


async def get_invitation(session: Session, invitation_id: InvitationId) -> Invitation:
    """Return an invitation for the caller, or to an organization of which they are an admin."""
    return await INVITATIONS.get(session, invitation_id)


async def update_invitation(
    session: Session,
    invitation_id: InvitationId,
    changes: InvitationUpdate,
    precondition: Precondition,
) -> Invitation:
    """Offer another role or give more time; raises `RoleAboveOwnError`."""
    row: dict[str, Any] = changes.to_row()
    if "expires_in_days" in row:
        row["expires_at"] = _expire(row.pop("expires_in_days"))
    return await INVITATIONS.change(session, invitation_id, row, precondition)


async def delete_invitation(
    session: Session, invitation_id: InvitationId, precondition: Precondition
) -> None:
    """Withdraw an invitation."""
    await INVITATIONS.remove(session, invitation_id, precondition)


async def accept_invitation(session: Session, invitation_id: InvitationId) -> Member:
    """Make the caller a member; raises `NotFoundError` or `InvitationExpiredError`."""
    return await repository.accept_invitation(session, invitation_id)


async def decline_invitation(session: Session, invitation_id: InvitationId) -> None:
    """Turn an invitation down; raises `NotFoundError`."""
    await repository.decline_invitation(session, invitation_id)


def _expire(days: int) -> str:
    return (SystemClock().now() + timedelta(days=days)).isoformat()
