"""Routes of environments and variables."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, status

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, CallersSecretWriter, UserSession
from app.contexts import service
from app.contexts.schemas import (
    Environment,
    EnvironmentCreate,
    Variable,
    VariableKey,
    VariablePut,
)
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import EnvironmentId, ProjectId
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)
CHANGING = problem_responses(NotFoundError, ForbiddenError, RequestInvalidError)
CREATING = CHANGING | problem_responses(AlreadyExistsError)

PageQuery = Annotated[PageRequest, Query()]

router = APIRouter(tags=["environments"], responses=AUTHENTICATION_PROBLEMS)


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


@router.get("/environments/{environment_id}/variables", responses=LISTING)
async def list_variables(
    environment_id: EnvironmentId, session: UserSession, page: PageQuery
) -> Page[Variable]:
    """List the variables of an environment by key; secret values are never shown."""
    return await service.list_variables(session, environment_id, page)


@router.put("/environments/{environment_id}/variables/{key}", responses=CHANGING)
async def put_variable(
    environment_id: EnvironmentId,
    key: Annotated[VariableKey, Path(examples=["EMAIL"])],
    variable: VariablePut,
    session: UserSession,
    secrets: CallersSecretWriter,
) -> Variable:
    """Set a variable, secret or not; needs the role admin."""
    return await service.put_variable(session, secrets, environment_id, key, variable)
