"""Routes of organizations."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, UserSession
from app.core.errors import AlreadyExistsError, NotFoundError
from app.core.identifiers import OrganizationId
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses
from app.workspaces import service
from app.workspaces.schemas import Organization, OrganizationCreate

router = APIRouter(
    prefix="/organizations", tags=["organizations"], responses=AUTHENTICATION_PROBLEMS
)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(AlreadyExistsError, RequestInvalidError),
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


@router.get("/{organization_id}", responses=problem_responses(NotFoundError, RequestInvalidError))
async def get_organization(organization_id: OrganizationId, session: UserSession) -> Organization:
    """Return one organization."""
    return await service.get_organization(session, organization_id)
