"""What can be done with projects."""

from collections.abc import Collection

from app.catalog.projects.schemas import (
    Project,
    ProjectCreate,
    ProjectPageRequest,
    ProjectPart,
    ProjectUpdate,
)
from app.core.identifiers import OrganizationId, ProjectId
from app.db.conditions import any_of, containing
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Listing, Page
from app.web.removal import call_removal, read_known
from app.web.resources import Resource
from app.workspaces.organizations.service import get_organization

PROJECTS = Resource(
    Listing(
        "projects",
        Project,
        order=("created_at", "id"),
        includes={"suites": "suites:test_suites(id,name,order_index,enabled)"},
        orders={"suites": ("order_index", "created_at", "id")},
    )
)


async def create_project(
    session: Session, organization_id: OrganizationId, project: ProjectCreate
) -> Project:
    """Create a project; raises `NotFoundError`, `ForbiddenError` or `AlreadyExistsError`."""
    await get_organization(session, organization_id)
    row = {"organization_id": str(organization_id), **project.model_dump()}
    return await PROJECTS.create(session, row)


async def get_project(
    session: Session, project_id: ProjectId, include: Collection[ProjectPart] = ()
) -> Project:
    """Return the project; raises `NotFoundError` when the caller may not see it."""
    return await PROJECTS.get(session, project_id, include)


async def list_projects(
    session: Session, organization_id: OrganizationId, page: ProjectPageRequest
) -> Page[Project]:
    """Return the projects of an organization; raises `NotFoundError`."""
    await get_organization(session, organization_id)
    where: dict[str, object] = {"organization_id": organization_id}
    if page.status:
        where["status"] = any_of(page.status)
    if page.text:
        where["name"] = containing(page.text)
    return await PROJECTS.listing.select_page(
        session, page, sort=page.sort, include=page.include, **where
    )


async def update_project(
    session: Session, project_id: ProjectId, changes: ProjectUpdate, precondition: Precondition
) -> Project:
    """Change a project; raises `ForbiddenError` to viewers, `AlreadyExistsError` for a taken name."""
    return await PROJECTS.change(session, project_id, changes.to_row(), precondition)


async def delete_project(
    session: Session, project_id: ProjectId, precondition: Precondition, *, with_results: bool
) -> None:
    """
    Delete a project with all that it holds.

    Raises `ProjectHasActiveRunsError` while a run goes on, `HasResultsError` when there are runs
    unless `with_results`, and `ForbiddenError` to viewers.
    """
    read_at = await read_known(session, PROJECTS, project_id, precondition)
    await call_removal(
        session,
        "delete_project",
        read_at,
        project_id=str(project_id),
        with_results=with_results,
    )
