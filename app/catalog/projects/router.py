"""Routes of projects."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.catalog.projects import service
from app.catalog.projects.schemas import (
    Project,
    ProjectCreate,
    ProjectPageRequest,
    ProjectParts,
    ProjectUpdate,
)
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import OrganizationId, ProjectId
from app.db.errors import HasResultsError, ProjectHasActiveRunsError
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses
from app.web.removal import WithResults

CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)

router = APIRouter(tags=["projects"])


@router.post(
    "/organizations/{organization_id}/projects",
    status_code=status.HTTP_201_CREATED,
    response_model_exclude_unset=True,
    responses=problem_responses(
        NotFoundError, ForbiddenError, AlreadyExistsError, RequestInvalidError
    ),
)
async def create_project(
    organization_id: OrganizationId,
    project: ProjectCreate,
    session: UserSession,
    response: Response,
) -> Project:
    """Create a project; editors may."""
    created = await service.create_project(session, organization_id, project)
    response.headers["Location"] = f"/api/v1/projects/{created.id}"
    return created


@router.get(
    "/organizations/{organization_id}/projects",
    response_model_exclude_unset=True,
    responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError),
)
async def list_projects(
    organization_id: OrganizationId,
    session: UserSession,
    page: Annotated[ProjectPageRequest, Query()],
) -> Page[Project]:
    """List the projects of an organization, oldest first unless sorted otherwise."""
    return await service.list_projects(session, organization_id, page)


@router.get(
    "/projects/{project_id}",
    response_model_exclude_unset=True,
    responses=problem_responses(NotFoundError, RequestInvalidError),
)
async def get_project(
    project_id: ProjectId,
    session: UserSession,
    parts: Annotated[ProjectParts, Query()],
) -> Project:
    """Return one project."""
    return await service.get_project(session, project_id, parts.include)


@router.patch(
    "/projects/{project_id}",
    response_model_exclude_unset=True,
    responses=problem_responses(*CHANGING, AlreadyExistsError),
)
async def update_project(
    project_id: ProjectId, changes: ProjectUpdate, session: UserSession, precondition: IfMatch
) -> Project:
    """Change a project; editors may."""
    return await service.update_project(session, project_id, changes, precondition)


@router.delete(
    "/projects/{project_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING, ProjectHasActiveRunsError, HasResultsError),
)
async def delete_project(
    project_id: ProjectId,
    session: UserSession,
    precondition: IfMatch,
    with_results: WithResults = False,
) -> None:
    """
    Delete a project with everything in it; editors may while it has no runs, then only admins.

    Refused while a run is pending or running, and when there are runs, unless with `with_results`:
    they then go with their results, for good. To keep the history, change `status` to `archived`.
    """
    await service.delete_project(session, project_id, precondition, with_results=with_results)
