"""Routes of saved searches."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import OrganizationId, SavedSearchId
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses
from app.workspaces.saved_searches import service
from app.workspaces.saved_searches.schemas import (
    SavedSearch,
    SavedSearchCreate,
    SavedSearchUpdate,
)

CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)

router = APIRouter(tags=["saved searches"])


@router.post(
    "/organizations/{organization_id}/saved-searches",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        NotFoundError, ForbiddenError, AlreadyExistsError, RequestInvalidError
    ),
)
async def create_saved_search(
    organization_id: OrganizationId,
    search: SavedSearchCreate,
    session: UserSession,
    response: Response,
) -> SavedSearch:
    """Keep a search of your own."""
    created = await service.create_saved_search(session, organization_id, search)
    response.headers["Location"] = f"/api/v1/saved-searches/{created.id}"
    return created


@router.get(
    "/organizations/{organization_id}/saved-searches",
    responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError),
)
async def list_saved_searches(
    organization_id: OrganizationId, session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[SavedSearch]:
    """List your searches in an organization by name."""
    return await service.list_saved_searches(session, organization_id, page)


@router.get(
    "/saved-searches/{search_id}", responses=problem_responses(NotFoundError, RequestInvalidError)
)
async def get_saved_search(search_id: SavedSearchId, session: UserSession) -> SavedSearch:
    """Return one of your searches."""
    return await service.get_saved_search(session, search_id)


@router.patch(
    "/saved-searches/{search_id}", responses=problem_responses(*CHANGING, AlreadyExistsError)
)
async def update_saved_search(
    search_id: SavedSearchId,
    changes: SavedSearchUpdate,
    session: UserSession,
    precondition: IfMatch,
) -> SavedSearch:
    """Change one of your searches."""
    return await service.update_saved_search(session, search_id, changes, precondition)


@router.delete(
    "/saved-searches/{search_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING),
)
async def delete_saved_search(
    search_id: SavedSearchId, session: UserSession, precondition: IfMatch
) -> None:
    """Forget one of your searches."""
    await service.delete_saved_search(session, search_id, precondition)
