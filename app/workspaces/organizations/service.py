"""What can be done with organizations."""

from app.core.errors import AlreadyExistsError
from app.core.identifiers import OrganizationId
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Listing, Page, PageRequest
from app.web.resources import Resource
from app.workspaces.organizations.schemas import (
    Organization,
    OrganizationCreate,
    OrganizationUpdate,
)

ORGANIZATIONS = Resource(Listing("organizations", Organization, order=("created_at", "id")))


async def create_organization(session: Session, organization: OrganizationCreate) -> Organization:
    """Create an organization owned by the caller; raises `AlreadyExistsError` for a taken slug."""
    document = await session.call("create_organization", organization.model_dump())
    return Organization.model_validate(document)


async def get_organization(session: Session, organization_id: OrganizationId) -> Organization:
    """Return the organization; raises `NotFoundError` when the caller is no member."""
    return await ORGANIZATIONS.get(session, organization_id)


async def list_organizations(session: Session, page: PageRequest) -> Page[Organization]:
    """Return the caller's organizations, oldest first."""
    return await ORGANIZATIONS.listing.select_page(session, page)


async def update_organization(
    session: Session,
    organization_id: OrganizationId,
    changes: OrganizationUpdate,
    precondition: Precondition,
) -> Organization:
    """Change an organization of which the caller is an admin."""
    try:
        return await ORGANIZATIONS.change(session, organization_id, changes.to_row(), precondition)
    except AlreadyExistsError as error:
        raise AlreadyExistsError(field="slug") from error


async def delete_organization(
    session: Session, organization_id: OrganizationId, precondition: Precondition
) -> None:
    """Delete an organization of which the caller is an owner, with everything in it."""
    await ORGANIZATIONS.remove(session, organization_id, precondition)
