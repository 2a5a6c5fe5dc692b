"""Routes of report templates."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import OrganizationId, ReportTemplateId
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses
from app.workspaces.report_templates import service
from app.workspaces.report_templates.schemas import (
    ReportTemplate,
    ReportTemplateCreate,
    ReportTemplateUpdate,
)

CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)

router = APIRouter(tags=["report templates"])


@router.post(
    "/organizations/{organization_id}/report-templates",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        NotFoundError, ForbiddenError, AlreadyExistsError, RequestInvalidError
    ),
)
async def create_report_template(
    organization_id: OrganizationId,
    template: ReportTemplateCreate,
    session: UserSession,
    response: Response,
) -> ReportTemplate:
    """Create a report template; editors may."""
    created = await service.create_report_template(session, organization_id, template)
    response.headers["Location"] = f"/api/v1/report-templates/{created.id}"
    return created


@router.get(
    "/organizations/{organization_id}/report-templates",
    responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError),
)
async def list_report_templates(
    organization_id: OrganizationId, session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[ReportTemplate]:
    """List the report templates of an organization by name."""
    return await service.list_report_templates(session, organization_id, page)


@router.get(
    "/report-templates/{template_id}",
    responses=problem_responses(NotFoundError, RequestInvalidError),
)
async def get_report_template(
    template_id: ReportTemplateId, session: UserSession
) -> ReportTemplate:
    """Return one report template."""
    return await service.get_report_template(session, template_id)


@router.patch(
    "/report-templates/{template_id}", responses=problem_responses(*CHANGING, AlreadyExistsError)
)
async def update_report_template(
    template_id: ReportTemplateId,
    changes: ReportTemplateUpdate,
    session: UserSession,
    precondition: IfMatch,
) -> ReportTemplate:
    """Change a report template; editors may."""
    return await service.update_report_template(session, template_id, changes, precondition)


@router.delete(
    "/report-templates/{template_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING),
)
async def delete_report_template(
    template_id: ReportTemplateId, session: UserSession, precondition: IfMatch
) -> None:
    """Delete a report template; editors may."""
    await service.delete_report_template(session, template_id, precondition)
