"""Routes of projects."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.catalog.projects import service
from app.catalog.projects.schemas import Project, ProjectCreate
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import OrganizationId, ProjectId
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

CREATING = problem_responses(NotFoundError, ForbiddenError, AlreadyExistsError, RequestInvalidError)
READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)

PageQuery = Annotated[PageRequest, Query()]

router = APIRouter(tags=["projects"])


@router.post(
    "/organizations/{organization_id}/projects",
    status_code=status.HTTP_201_CREATED,
    responses=CREATING,
)
async def create_project(
    organization_id: OrganizationId,
    project: ProjectCreate,
    session: UserSession,
    response: Response,
) -> Project:
    """Create a project; needs the role editor."""
    created = await service.create_project(session, organization_id, project)
    response.headers["Location"] = f"/api/v1/projects/{created.id}"
    return created


@router.get("/organizations/{organization_id}/projects", responses=LISTING)
async def list_projects(
    organization_id: OrganizationId, session: UserSession, page: PageQuery
) -> Page[Project]:
    """List the projects of an organization, oldest first."""
    return await service.list_projects(session, organization_id, page)


@router.get("/projects/{project_id}", responses=READING)
async def get_project(project_id: ProjectId, session: UserSession) -> Project:
    """Return one project."""
    return await service.get_project(session, project_id)
