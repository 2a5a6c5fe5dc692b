"""Routes of endpoints."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.catalog.endpoints import service
from app.catalog.endpoints.schemas import (
    Endpoint,
    EndpointCreate,
    EndpointPageRequest,
    EndpointUpdate,
    EndpointUser,
)
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import EndpointId, ProjectId
from app.db.errors import EndpointInUseError
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)

router = APIRouter(tags=["endpoints"])


@router.post(
    "/projects/{project_id}/endpoints",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        NotFoundError, ForbiddenError, AlreadyExistsError, RequestInvalidError
    ),
)
async def create_endpoint(
    project_id: ProjectId, endpoint: EndpointCreate, session: UserSession, response: Response
) -> Endpoint:
    """Create an endpoint; editors may. Tests make theirs themselves, too."""
    created = await service.create_endpoint(session, project_id, endpoint)
    response.headers["Location"] = f"/api/v1/endpoints/{created.id}"
    return created


@router.get("/projects/{project_id}/endpoints", responses=LISTING)
async def list_endpoints(
    project_id: ProjectId, session: UserSession, page: Annotated[EndpointPageRequest, Query()]
) -> Page[Endpoint]:
    """List the endpoints of a project, by path unless sorted otherwise."""
    return await service.list_endpoints(session, project_id, page)


@router.get(
    "/endpoints/{endpoint_id}", responses=problem_responses(NotFoundError, RequestInvalidError)
)
async def get_endpoint(endpoint_id: EndpointId, session: UserSession) -> Endpoint:
    """Return one endpoint."""
    return await service.get_endpoint(session, endpoint_id)


@router.get("/endpoints/{endpoint_id}/usage", responses=LISTING)
async def list_endpoint_usage(
    endpoint_id: EndpointId, session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[EndpointUser]:
    """List the tests that call an endpoint, by key."""
    return await service.list_endpoint_usage(session, endpoint_id, page)


@router.patch(
    "/endpoints/{endpoint_id}", responses=problem_responses(*CHANGING, AlreadyExistsError)
)
async def update_endpoint(
    endpoint_id: EndpointId,
    changes: EndpointUpdate,
    session: UserSession,
    precondition: IfMatch,
) -> Endpoint:
    """Change an endpoint for all tests that call it; editors may."""
    return await service.update_endpoint(session, endpoint_id, changes, precondition)


@router.delete(
    "/endpoints/{endpoint_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING, EndpointInUseError),
)
async def delete_endpoint(
    endpoint_id: EndpointId, session: UserSession, precondition: IfMatch
) -> None:
    """Delete an endpoint that no test calls; editors may."""
    await service.delete_endpoint(session, endpoint_id, precondition)
