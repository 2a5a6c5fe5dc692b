"""Reading the audit log."""

from app.auth.principal import Principal
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import OrganizationId
from app.db.conditions import at_least
from app.db.session import Session
from app.web.pagination import Listing, Page
from app.workspaces.audit.schemas import AuditEntry, AuditPageRequest

ENTRIES = Listing("audit_log", AuditEntry, order=("id",))
NEWEST_FIRST = "-id"
ADMINS = frozenset({"admin", "owner"})


async def list_audit_entries(
    session: Session,
    principal: Principal,
    organization_id: OrganizationId,
    page: AuditPageRequest,
) -> Page[AuditEntry]:
    """Return entries, newest first; raises `NotFoundError`, or `ForbiddenError` for no admin."""
    await _require_admin(session, principal, organization_id)
    wanted = page.model_dump(
        include={"entity_type", "entity_id", "actor_id", "action"}, exclude_none=True
    )
    if page.created_since is not None:
        wanted["created_at"] = at_least(page.created_since.isoformat())
    return await ENTRIES.select_page(
        session, page, sort=NEWEST_FIRST, organization_id=organization_id, **wanted
    )


async def _require_admin(
    session: Session, principal: Principal, organization_id: OrganizationId
) -> None:
    """RLS shows the entries to admins only; without this, others would read that there are none."""
    member = await session.find(
        "organization_members", "role", organization_id=organization_id, user_id=principal.user_id
    )
    if member is None:
        raise NotFoundError
    if member["role"] not in ADMINS or principal.api_token_id is not None:
        raise ForbiddenError
