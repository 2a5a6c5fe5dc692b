"""Where projects are kept."""

from app.catalog.projects.schemas import Project, ProjectCreate
from app.core.identifiers import OrganizationId, ProjectId
from app.db.session import Session
from app.web.pagination import Listing, Page, PageRequest

_PROJECTS = Listing("projects", Project, order=("created_at", "id"))
_PROJECT_COLUMNS = ",".join(Project.model_fields)


async def create_project(
    session: Session, organization_id: OrganizationId, project: ProjectCreate
) -> Project:
    """Insert a project."""
    row = {"organization_id": str(organization_id), **project.model_dump()}
    return Project.model_validate(await session.insert("projects", row, _PROJECT_COLUMNS))


async def find_project(session: Session, project_id: ProjectId) -> Project | None:
    """Return the project if the caller may see it."""
    row = await session.find("projects", _PROJECT_COLUMNS, id=project_id)
    return Project.model_validate(row) if row else None


async def list_projects(
    session: Session, organization_id: OrganizationId, page: PageRequest
) -> Page[Project]:
    """Return the projects of an organization, oldest first."""
    return await _PROJECTS.select_page(session, page, organization_id=organization_id)
