"""Where suites are kept."""

from app.catalog.suites.schemas import Suite, SuiteCreate
from app.core.identifiers import ProjectId, SuiteId
from app.db.session import Session
from app.web.pagination import Listing, Page, PageRequest

_SUITES = Listing("test_suites", Suite, order=("order_index", "created_at", "id"))
_SUITE_COLUMNS = ",".join(Suite.model_fields)


async def create_suite(session: Session, project_id: ProjectId, suite: SuiteCreate) -> Suite:
    """Insert a suite; the database gives it the tenant of the project."""
    row = {"project_id": str(project_id), **suite.model_dump()}
    return Suite.model_validate(await session.insert("test_suites", row, _SUITE_COLUMNS))


async def find_suite(session: Session, suite_id: SuiteId) -> Suite | None:
    """Return the suite if the caller may see it."""
    row = await session.find("test_suites", _SUITE_COLUMNS, id=suite_id)
    return Suite.model_validate(row) if row else None


async def list_suites(session: Session, project_id: ProjectId, page: PageRequest) -> Page[Suite]:
    """Return the suites of a project in their order."""
    return await _SUITES.select_page(session, page, project_id=project_id)
