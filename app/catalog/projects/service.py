"""What can be done with projects."""

from app.catalog.projects import repository
from app.catalog.projects.schemas import Project, ProjectCreate
from app.core.errors import NotFoundError
from app.core.identifiers import OrganizationId, ProjectId
from app.db.session import Session
from app.web.pagination import Page, PageRequest
from app.workspaces.organizations.service import get_organization


async def create_project(
    session: Session, organization_id: OrganizationId, project: ProjectCreate
) -> Project:
    """Create a project; raises `NotFoundError`, `ForbiddenError` or `AlreadyExistsError`."""
    await get_organization(session, organization_id)
    return await repository.create_project(session, organization_id, project)


async def get_project(session: Session, project_id: ProjectId) -> Project:
    """Return the project; raises `NotFoundError` when the caller may not see it."""
    project = await repository.find_project(session, project_id)
    if project is None:
        raise NotFoundError
    return project


async def list_projects(
    session: Session, organization_id: OrganizationId, page: PageRequest
) -> Page[Project]:
    """Return the projects of an organization; raises `NotFoundError`."""
    await get_organization(session, organization_id)
    return await repository.list_projects(session, organization_id, page)
