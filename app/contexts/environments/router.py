"""Routes of environments."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import CallersSecretWriter, UserSession
from app.contexts.environments import service
from app.contexts.environments.schemas import (
    Environment,
    EnvironmentCreate,
    EnvironmentDuplicate,
    EnvironmentOrder,
    EnvironmentPageRequest,
    EnvironmentParts,
    EnvironmentUpdate,
)
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import EnvironmentId, ProjectId
from app.db.errors import (
    HasResultsError,
    OrderIncompleteError,
    RunNotFinishedError,
    SecretRejectedError,
)
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses
from app.web.removal import WithResults

REFUSALS = (NotFoundError, ForbiddenError, RequestInvalidError)
READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)

router = APIRouter(tags=["environments"])


@router.post(
    "/projects/{project_id}/environments",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*REFUSALS, AlreadyExistsError),
    response_model_exclude_unset=True,
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


@router.get(
    "/projects/{project_id}/environments", responses=LISTING, response_model_exclude_unset=True
)
async def list_environments(
    project_id: ProjectId,
    session: UserSession,
    page: Annotated[EnvironmentPageRequest, Query()],
) -> Page[Environment]:
    """List the environments of a project, in their order unless sorted otherwise."""
    return await service.list_environments(session, project_id, page)


@router.get("/projects/{project_id}/environments/order", responses=READING)
async def get_environment_order(project_id: ProjectId, session: UserSession) -> EnvironmentOrder:
    """Return all environments of a project in their order; its tag is for a new one."""
    return await service.get_environment_order(session, project_id)


@router.put(
    "/projects/{project_id}/environments/order",
    responses=problem_responses(*REFUSALS, PreconditionFailedError, OrderIncompleteError),
)
async def reorder_environments(
    project_id: ProjectId,
    order: EnvironmentOrder,
    session: UserSession,
    precondition: IfMatch,
) -> EnvironmentOrder:
    """
    Put all environments of a project into an order; each must be named once. Admins may.

    `If-Match` takes the tag that GET answers here, or of this answer.
    """
    return await service.reorder_environments(session, project_id, order, precondition)


@router.get("/environments/{environment_id}", responses=READING, response_model_exclude_unset=True)
async def get_environment(
    environment_id: EnvironmentId,
    session: UserSession,
    parts: Annotated[EnvironmentParts, Query()],
) -> Environment:
    """Return one environment, with its variables if they are asked for."""
    return await service.get_environment(session, environment_id, parts.include)


@router.patch(
    "/environments/{environment_id}",
    responses=problem_responses(*REFUSALS, PreconditionFailedError, AlreadyExistsError),
    response_model_exclude_unset=True,
)
async def update_environment(
    environment_id: EnvironmentId,
    changes: EnvironmentUpdate,
    session: UserSession,
    precondition: IfMatch,
) -> Environment:
    """Change an environment; needs the role admin."""
    return await service.update_environment(session, environment_id, changes, precondition)


@router.delete(
    "/environments/{environment_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(
        *REFUSALS, PreconditionFailedError, HasResultsError, RunNotFinishedError
    ),
)
async def delete_environment(
    environment_id: EnvironmentId,
    session: UserSession,
    precondition: IfMatch,
    with_results: WithResults = False,
) -> None:
    """
    Delete an environment with its variables, secrets and hooks; needs the role admin.

    Refused when runs were made in it, unless with `with_results`: these then go with everything
    that they left behind, if all of them have ended.
    """
    await service.delete_environment(
        session, environment_id, precondition, with_results=with_results
    )


@router.post(
    "/environments/{environment_id}/duplicate",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*REFUSALS, AlreadyExistsError, SecretRejectedError),
    response_model_exclude_unset=True,
)
async def duplicate_environment(
    environment_id: EnvironmentId,
    duplicate: EnvironmentDuplicate,
    session: UserSession,
    secrets: CallersSecretWriter,
    response: Response,
) -> Environment:
    """Copy an environment with its variables, secrets included unless told otherwise; for admins."""
    copy = await service.duplicate_environment(session, secrets, environment_id, duplicate)
    response.headers["Location"] = f"/api/v1/environments/{copy.id}"
    return copy
