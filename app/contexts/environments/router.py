"""Routes of environments."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.contexts.environments import service
from app.contexts.environments.schemas import Environment, EnvironmentCreate
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import EnvironmentId, ProjectId
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)
CREATING = problem_responses(NotFoundError, ForbiddenError, RequestInvalidError, AlreadyExistsError)

PageQuery = Annotated[PageRequest, Query()]

router = APIRouter(tags=["environments"])


@router.post(
    "/projects/{project_id}/environments",
    status_code=status.HTTP_201_CREATED,
    responses=CREATING,
)
async def create_environment(
    project_id: ProjectId,
    environment: EnvironmentCreate,
    session: UserSession,
    response: Response,
) -> Environment:
    """Create an environment; needs the role admin."""
    created = await service.create_environment(session, project_id, environment)
    response.headers["Location"] = f"/api/v1/environments/{created.id}"
    return created


@router.get("/projects/{project_id}/environments", responses=LISTING)
async def list_environments(
    project_id: ProjectId, session: UserSession, page: PageQuery
) -> Page[Environment]:
    """List the environments of a project in their order."""
    return await service.list_environments(session, project_id, page)


@router.get("/environments/{environment_id}", responses=READING)
async def get_environment(environment_id: EnvironmentId, session: UserSession) -> Environment:
    """Return one environment."""
    return await service.get_environment(session, environment_id)
