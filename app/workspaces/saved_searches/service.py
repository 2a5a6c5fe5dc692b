"""What a person can do with their searches."""

from app.core.identifiers import OrganizationId, SavedSearchId
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Listing, Page, PageRequest
from app.web.resources import Resource
from app.workspaces.organizations.service import get_organization
from app.workspaces.saved_searches.schemas import (
    SavedSearch,
    SavedSearchCreate,
    SavedSearchUpdate,
)

SEARCHES = Resource(Listing("saved_searches", SavedSearch, order=("name", "id")))


async def create_saved_search(
    session: Session, organization_id: OrganizationId, search: SavedSearchCreate
) -> SavedSearch:
    """Keep a search; raises `NotFoundError` or, for a taken name, `AlreadyExistsError`."""
    await get_organization(session, organization_id)
    row = {"organization_id": str(organization_id), **search.model_dump(mode="json")}
    return await SEARCHES.create(session, row)


async def list_saved_searches(
    session: Session, organization_id: OrganizationId, page: PageRequest
) -> Page[SavedSearch]:
    """Return the caller's searches in an organization by name; raises `NotFoundError`."""
    await get_organization(session, organization_id)
    return await SEARCHES.listing.select_page(session, page, organization_id=organization_id)


async def get_saved_search(session: Session, search_id: SavedSearchId) -> SavedSearch:
    """Return a search of the caller; raises `NotFoundError`."""
    return await SEARCHES.get(session, search_id)


async def update_saved_search(
    session: Session,
    search_id: SavedSearchId,
    changes: SavedSearchUpdate,
    precondition: Precondition,
) -> SavedSearch:
    """Change a search of the caller."""
    return await SEARCHES.change(session, search_id, changes.to_row(), precondition)


async def delete_saved_search(
    session: Session, search_id: SavedSearchId, precondition: Precondition
) -> None:
    """Forget a search of the caller."""
    await SEARCHES.remove(session, search_id, precondition)
