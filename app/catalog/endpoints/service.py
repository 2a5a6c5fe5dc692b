"""What can be done with endpoints."""

from app.catalog.endpoints.schemas import (
    Endpoint,
    EndpointCreate,
    EndpointPageRequest,
    EndpointUpdate,
    EndpointUser,
)
from app.catalog.endpoints.validation import check_endpoint
from app.catalog.projects.service import get_project
from app.core.identifiers import EndpointId, ProjectId
from app.db.conditions import any_of, at_least, containing, having_all
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Listing, Page, PageRequest
from app.web.removal import call_removal, read_known
from app.web.resources import Resource

LONGEST_NAME = 200

ENDPOINTS = Resource(Listing("api_endpoints", Endpoint, order=("path", "method", "id")))
_USERS = Listing(
    "test_cases",
    EndpointUser,
    order=("key", "id"),
    columns="id,test_case_id:id,suite_id,key,name,enabled",
)


async def create_endpoint(
    session: Session, project_id: ProjectId, endpoint: EndpointCreate
) -> Endpoint:
    """
    Create an endpoint.

    Raises `NotFoundError`, `ForbiddenError`, `AlreadyExistsError`, or `RequestInvalidError` for
    what the engine would refuse.
    """
    fields = endpoint.model_dump(mode="json")
    check_endpoint(fields)
    row = {"project_id": str(project_id), **fields}
    row["name"] = endpoint.name or f"{endpoint.method} {endpoint.path}"[:LONGEST_NAME]
    return await ENDPOINTS.create(session, row)


async def list_endpoints(
    session: Session, project_id: ProjectId, page: EndpointPageRequest
) -> Page[Endpoint]:
    """Return the endpoints of a project; raises `NotFoundError`."""
    await get_project(session, project_id)
    where: dict[str, object] = {"project_id": project_id}
    if page.method:
        where["method"] = any_of(page.method)
    if page.text:
        where["path"] = containing(page.text)
    if page.tags:
        where["tags"] = having_all(page.tags)
    if page.updated_since:
        where["updated_at"] = at_least(page.updated_since.isoformat())
    return await ENDPOINTS.listing.select_page(session, page, sort=page.sort, include=(), **where)


async def get_endpoint(session: Session, endpoint_id: EndpointId) -> Endpoint:
    """Return an endpoint; raises `NotFoundError`."""
    return await ENDPOINTS.get(session, endpoint_id)


async def list_endpoint_usage(
    session: Session, endpoint_id: EndpointId, page: PageRequest
) -> Page[EndpointUser]:
    """Return the tests that call an endpoint; raises `NotFoundError`."""
    await get_endpoint(session, endpoint_id)
    return await _USERS.select_page(session, page, endpoint_id=endpoint_id)


async def update_endpoint(
    session: Session,
    endpoint_id: EndpointId,
    changes: EndpointUpdate,
    precondition: Precondition,
) -> Endpoint:
    """
    Change an endpoint.

    Raises `ForbiddenError` to viewers, `AlreadyExistsError` for a taken path, and
    `RequestInvalidError` for what the engine would refuse.
    """
    check_endpoint(changes.to_row())
    return await ENDPOINTS.change(session, endpoint_id, changes.to_row(), precondition)


async def delete_endpoint(
    session: Session, endpoint_id: EndpointId, precondition: Precondition
) -> None:
    """Delete an endpoint; raises `EndpointInUseError` while tests call it."""
    read_at = await read_known(session, ENDPOINTS, endpoint_id, precondition)
    await call_removal(session, "delete_api_endpoint", read_at, endpoint_id=str(endpoint_id))
