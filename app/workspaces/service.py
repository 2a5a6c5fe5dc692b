"""What can be done with organizations."""

from app.core.errors import NotFoundError
from app.core.identifiers import OrganizationId
from app.db.session import Session
from app.web.pagination import Page, PageRequest
from app.workspaces import repository
from app.workspaces.schemas import Organization, OrganizationCreate


async def create_organization(session: Session, organization: OrganizationCreate) -> Organization:
    """Create an organization; raises `AlreadyExistsError` when the slug is taken."""
    return await repository.create(session, organization)


async def get_organization(session: Session, organization_id: OrganizationId) -> Organization:
    """Return the organization; raises `NotFoundError` when the caller is no member."""
    organization = await repository.find(session, organization_id)
    if organization is None:
        raise NotFoundError
    return organization


async def list_organizations(session: Session, page: PageRequest) -> Page[Organization]:
    """Return the caller's organizations."""
    return await repository.list_page(session, page)
