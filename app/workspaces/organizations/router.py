"""Routes of organizations."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import OrganizationId
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses
from app.workspaces.organizations import service
from app.workspaces.organizations.schemas import (
    Organization,
    OrganizationCreate,
    OrganizationUpdate,
)

READING = problem_responses(NotFoundError, RequestInvalidError)
CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)

router = APIRouter(prefix="/organizations", tags=["organizations"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(ForbiddenError, AlreadyExistsError, RequestInvalidError),
)
async def create_organization(
    organization: OrganizationCreate, session: UserSession, response: Response
) -> Organization:
    """Create an organization and become its owner."""
    created = await service.create_organization(session, organization)
    response.headers["Location"] = f"/api/v1/organizations/{created.id}"
    return created


@router.get("", responses=problem_responses(RequestInvalidError, InvalidCursorError))
async def list_organizations(
    session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[Organization]:
    """List the organizations that you are a member of."""
    return await service.list_organizations(session, page)


@router.get("/{organization_id}", responses=READING)
async def get_organization(organization_id: OrganizationId, session: UserSession) -> Organization:
    """Return one organization."""
    return await service.get_organization(session, organization_id)


@router.patch("/{organization_id}", responses=problem_responses(*CHANGING, AlreadyExistsError))
async def update_organization(
    organization_id: OrganizationId,
    changes: OrganizationUpdate,
    session: UserSession,
    precondition: IfMatch,
) -> Organization:
    """Change an organization; admins may."""
    return await service.update_organization(session, organization_id, changes, precondition)


@router.delete(
    "/{organization_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING),
)
async def delete_organization(
    organization_id: OrganizationId, session: UserSession, precondition: IfMatch
) -> None:
    """Delete an organization with everything in it; owners may."""
    await service.delete_organization(session, organization_id, precondition)
