"""Routes of invitations."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import CurrentPrincipal, UserSession
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import InvitationId, OrganizationId
from app.db.errors import AlreadyMemberError, InvitationExpiredError, RoleAboveOwnError
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses
from app.workspaces.invitations import service
from app.workspaces.invitations.schemas import (
    Invitation,
    InvitationCreate,
    InvitationPageRequest,
    InvitationUpdate,
)
from app.workspaces.members.schemas import Member

READING = problem_responses(NotFoundError, RequestInvalidError)
CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)

router = APIRouter(tags=["invitations"])


@router.post(
    "/organizations/{organization_id}/invitations",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        NotFoundError,
        ForbiddenError,
        RoleAboveOwnError,
        AlreadyExistsError,
        AlreadyMemberError,
        RequestInvalidError,
    ),
)
async def create_invitation(
    organization_id: OrganizationId,
    invitation: InvitationCreate,
    session: UserSession,
    response: Response,
) -> Invitation:
    """
    Invite whoever owns an address; admins may, up to their own role.

    Nothing is mailed: hand the person a link of your application that holds the id.
    """
    created = await service.create_invitation(session, organization_id, invitation)
    response.headers["Location"] = f"/api/v1/invitations/{created.id}"
    return created


@router.get(
    "/organizations/{organization_id}/invitations",
    responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError),
)
async def list_organization_invitations(
    organization_id: OrganizationId,
    session: UserSession,
    page: Annotated[InvitationPageRequest, Query()],
) -> Page[Invitation]:
    """List the invitations to an organization that are open or expired; admins see them."""
    return await service.list_invitations(session, organization_id, page)


@router.get("/invitations", responses=problem_responses(RequestInvalidError, InvalidCursorError))
async def list_invitations(
    session: UserSession, principal: CurrentPrincipal, page: Annotated[PageRequest, Query()]
) -> Page[Invitation]:
    """List the invitations for your own verified address."""
    return await service.list_own_invitations(session, principal.user_id, page)


@router.get("/invitations/{invitation_id}", responses=READING)
async def get_invitation(invitation_id: InvitationId, session: UserSession) -> Invitation:
    """Return one invitation, as its admin or as the person invited."""
    return await service.get_invitation(session, invitation_id)


@router.patch(
    "/invitations/{invitation_id}", responses=problem_responses(*CHANGING, RoleAboveOwnError)
)
async def update_invitation(
    invitation_id: InvitationId,
    changes: InvitationUpdate,
    session: UserSession,
    precondition: IfMatch,
) -> Invitation:
    """Offer another role or give more time; admins may. From then on you are who vouches for it."""
    return await service.update_invitation(session, invitation_id, changes, precondition)


@router.delete(
    "/invitations/{invitation_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING),
)
async def delete_invitation(
    invitation_id: InvitationId, session: UserSession, precondition: IfMatch
) -> None:
    """Withdraw an invitation; admins may."""
    await service.delete_invitation(session, invitation_id, precondition)


@router.post(
    "/invitations/{invitation_id}/accept",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(NotFoundError, InvitationExpiredError, RequestInvalidError),
)
async def accept_invitation(
    invitation_id: InvitationId, session: UserSession, response: Response
) -> Member:
    """Take the role that was offered to your verified address; who is a member already keeps theirs."""
    member = await service.accept_invitation(session, invitation_id)
    response.headers["Location"] = f"/api/v1/members/{member.id}"
    return member


@router.post(
    "/invitations/{invitation_id}/decline",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=READING,
)
async def decline_invitation(invitation_id: InvitationId, session: UserSession) -> None:
    """Turn an invitation for your verified address down."""
    await service.decline_invitation(session, invitation_id)
