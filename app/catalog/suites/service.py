"""What can be done with suites."""

from app.catalog.projects.service import get_project
from app.catalog.suites import repository
from app.catalog.suites.schemas import Suite, SuiteCreate
from app.core.errors import NotFoundError
from app.core.identifiers import ProjectId, SuiteId
from app.db.session import Session
from app.web.pagination import Page, PageRequest


async def create_suite(session: Session, project_id: ProjectId, suite: SuiteCreate) -> Suite:
    """Create a suite; raises `NotFoundError`, `ForbiddenError` or `AlreadyExistsError`."""
    return await repository.create_suite(session, project_id, suite)


async def get_suite(session: Session, suite_id: SuiteId) -> Suite:
    """Return the suite; raises `NotFoundError` when the caller may not see it."""
    suite = await repository.find_suite(session, suite_id)
    if suite is None:
        raise NotFoundError
    return suite


async def list_suites(session: Session, project_id: ProjectId, page: PageRequest) -> Page[Suite]:
    """Return the suites of a project; raises `NotFoundError`."""
    await get_project(session, project_id)
    return await repository.list_suites(session, project_id, page)
