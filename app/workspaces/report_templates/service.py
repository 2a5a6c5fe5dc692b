"""What can be done with report templates."""

from app.core.identifiers import OrganizationId, ReportTemplateId
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Listing, Page, PageRequest
from app.web.resources import Resource
from app.workspaces.organizations.service import get_organization
from app.workspaces.report_templates.schemas import (
    ReportTemplate,
    ReportTemplateCreate,
    ReportTemplateUpdate,
)

TEMPLATES = Resource(Listing("report_templates", ReportTemplate, order=("name", "id")))


async def create_report_template(
    session: Session, organization_id: OrganizationId, template: ReportTemplateCreate
) -> ReportTemplate:
    """Create a template; raises `NotFoundError` or, for a taken name, `AlreadyExistsError`."""
    await get_organization(session, organization_id)
    row = {"organization_id": str(organization_id), **template.model_dump(mode="json")}
    return await TEMPLATES.create(session, row)


async def list_report_templates(
    session: Session, organization_id: OrganizationId, page: PageRequest
) -> Page[ReportTemplate]:
    """Return the templates of an organization by name; raises `NotFoundError`."""
    await get_organization(session, organization_id)
    return await TEMPLATES.listing.select_page(session, page, organization_id=organization_id)


async def get_report_template(session: Session, template_id: ReportTemplateId) -> ReportTemplate:
    """Return a template; raises `NotFoundError`."""
    return await TEMPLATES.get(session, template_id)


async def update_report_template(
    session: Session,
    template_id: ReportTemplateId,
    changes: ReportTemplateUpdate,
    precondition: Precondition,
) -> ReportTemplate:
    """Change a template; raises `ForbiddenError` to viewers."""
    return await TEMPLATES.change(session, template_id, changes.to_row(), precondition)


async def delete_report_template(
    session: Session, template_id: ReportTemplateId, precondition: Precondition
) -> None:
    """Delete a template; raises `ForbiddenError` to viewers."""
    await TEMPLATES.remove(session, template_id, precondition)
