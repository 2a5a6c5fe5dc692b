"""Routes of the audit log."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.auth.dependencies import CurrentPrincipal, UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import OrganizationId
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses
from app.workspaces.audit import service
from app.workspaces.audit.schemas import AuditEntry, AuditPageRequest

router = APIRouter(tags=["audit log"])


@router.get(
    "/organizations/{organization_id}/audit-log",
    responses=problem_responses(
        NotFoundError, ForbiddenError, RequestInvalidError, InvalidCursorError
    ),
)
async def list_audit_entries(
    organization_id: OrganizationId,
    session: UserSession,
    principal: CurrentPrincipal,
    page: Annotated[AuditPageRequest, Query()],
) -> Page[AuditEntry]:
    """List who changed what, newest first; admins may, as people and not by an API token."""
    return await service.list_audit_entries(session, principal, organization_id, page)
