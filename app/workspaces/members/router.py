"""Routes of members."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.auth.dependencies import UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import MemberId, OrganizationId
from app.db.errors import LastOwnerError, RoleAboveOwnError
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses
from app.workspaces.members import service
from app.workspaces.members.schemas import Member, MemberPageRequest, MemberUpdate

CHANGING = problem_responses(
    NotFoundError,
    ForbiddenError,
    RoleAboveOwnError,
    LastOwnerError,
    PreconditionFailedError,
    RequestInvalidError,
)

router = APIRouter(tags=["members"])


@router.get(
    "/organizations/{organization_id}/members",
    responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError),
)
async def list_members(
    organization_id: OrganizationId,
    session: UserSession,
    page: Annotated[MemberPageRequest, Query()],
) -> Page[Member]:
    """List the members of an organization, those who joined first before the others."""
    return await service.list_members(session, organization_id, page)


@router.get("/members/{member_id}", responses=problem_responses(NotFoundError, RequestInvalidError))
async def get_member(member_id: MemberId, session: UserSession) -> Member:
    """Return one member."""
    return await service.get_member(session, member_id)


@router.patch("/members/{member_id}", responses=CHANGING)
async def update_member(
    member_id: MemberId, changes: MemberUpdate, session: UserSession, precondition: IfMatch
) -> Member:
    """Give a member another role; admins may, up to their own role."""
    return await service.update_member(session, member_id, changes, precondition)


@router.delete("/members/{member_id}", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGING)
async def remove_member(member_id: MemberId, session: UserSession, precondition: IfMatch) -> None:
    """Remove a member; admins may, and everybody may leave."""
    await service.remove_member(session, member_id, precondition)
