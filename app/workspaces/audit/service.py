"""Reading the audit log."""

from app.core.identifiers import OrganizationId
from app.db.conditions import at_least
from app.db.session import Session
from app.web.pagination import Listing, Page
from app.workspaces.audit.schemas import AuditEntry, AuditPageRequest
from app.workspaces.organizations.service import get_organization

ENTRIES = Listing("audit_log", AuditEntry, order=("id",))
NEWEST_FIRST = "-id"


async def list_audit_entries(
    session: Session, organization_id: OrganizationId, page: AuditPageRequest
) -> Page[AuditEntry]:
    """Return entries, newest first; nothing for those who are no admins. Raises `NotFoundError`."""
    await get_organization(session, organization_id)
    wanted = page.model_dump(
        include={"entity_type", "entity_id", "actor_id", "action"}, exclude_none=True
    )
    if page.since is not None:
        wanted["created_at"] = at_least(page.since.isoformat())
    return await ENTRIES.select_page(
        session, page, sort=NEWEST_FIRST, organization_id=organization_id, **wanted
    )
