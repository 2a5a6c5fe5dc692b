"""What can be done with members; they come by invitation."""

from typing import Any

from app.core.identifiers import MemberId, OrganizationId
from app.db.conditions import any_of
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Listing, Page
from app.web.resources import Resource
from app.workspaces.members.schemas import Member, MemberPageRequest, MemberUpdate
from app.workspaces.organizations.service import get_organization

COLUMNS = "id,organization_id,role,created_at,updated_at,user:users(id,email,full_name)"
MEMBERS = Resource(Listing("organization_members", Member, ("created_at", "id"), COLUMNS))


async def list_members(
    session: Session, organization_id: OrganizationId, page: MemberPageRequest
) -> Page[Member]:
    """Return the members, oldest first; raises `NotFoundError` when the caller is none of them."""
    await get_organization(session, organization_id)
    where: dict[str, Any] = {"organization_id": organization_id}
    if page.role:
        where["role"] = any_of(page.role)
    return await MEMBERS.listing.select_page(session, page, sort=page.sort, **where)


async def get_member(session: Session, member_id: MemberId) -> Member:
    """Return a member of one of the caller's organizations; raises `NotFoundError`."""
    return await MEMBERS.get(session, member_id)


async def update_member(
    session: Session, member_id: MemberId, changes: MemberUpdate, precondition: Precondition
) -> Member:
    """Give a member another role; raises `RoleAboveOwnError` or `LastOwnerError`."""
    return await MEMBERS.change(session, member_id, changes.to_row(), precondition)


async def remove_member(session: Session, member_id: MemberId, precondition: Precondition) -> None:
    """Remove a member, or leave; raises `RoleAboveOwnError` or `LastOwnerError`."""
    await MEMBERS.remove(session, member_id, precondition)
