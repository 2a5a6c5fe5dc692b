"""Where organizations are kept."""

from app.core.identifiers import OrganizationId
from app.db.session import Session
from app.web.pagination import Listing, Page, PageRequest
from app.workspaces.schemas import Organization, OrganizationCreate

_TABLE = "organizations"
_LISTING = Listing(_TABLE, Organization, order=("created_at", "id"))
_COLUMNS = ",".join(Organization.model_fields)


async def create(session: Session, organization: OrganizationCreate) -> Organization:
    """Create an organization owned by the caller."""
    document = await session.call("create_organization", organization.model_dump())
    return Organization.model_validate(document)


async def find(session: Session, organization_id: OrganizationId) -> Organization | None:
    """Return the organization if the caller may see it."""
    row = await session.find(_TABLE, _COLUMNS, id=organization_id)
    return Organization.model_validate(row) if row else None


async def list_page(session: Session, page: PageRequest) -> Page[Organization]:
    """Return the caller's organizations, oldest first."""
    return await _LISTING.select_page(session, page)
