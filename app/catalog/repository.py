"""Where projects, suites, cases and fixtures are kept."""

from app.catalog.schemas.cases import Case, CaseCreate, CaseSummary
from app.catalog.schemas.fixtures import Fixture, FixtureCreate, FixtureSummary, FixtureUpdate
from app.catalog.schemas.projects import Project, ProjectCreate, Suite, SuiteCreate
from app.core.identifiers import FixtureId, OrganizationId, ProjectId, SuiteId, TestCaseId
from app.db.session import Keyset, Session
from app.web.pagination import Listing, Page, PageRequest

_PROJECTS = Listing("projects", Project, order=("created_at", "id"))
_SUITES = Listing("test_suites", Suite, order=("order_index", "created_at", "id"))
_CASES = Listing("test_cases", CaseSummary, order=("order_index", "created_at", "id"))
_FIXTURES = Listing("test_data_fixtures", FixtureSummary, order=("name", "id"))
_PROJECT_COLUMNS = ",".join(Project.model_fields)
_SUITE_COLUMNS = ",".join(Suite.model_fields)
_FIXTURE_COLUMNS = ",".join(Fixture.model_fields)


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


async def create_case(session: Session, suite_id: SuiteId, case: CaseCreate) -> Case:
    """Create a case with its endpoint, request, response and dependencies, all or nothing."""
    request = {"suite_id": str(suite_id), **case.model_dump(mode="json", by_alias=True)}
    return Case.model_validate(await session.call("create_test_case", request))


async def find_case(session: Session, case_id: TestCaseId) -> Case | None:
    """Return the case if the caller may see it."""
    request = {"test_case_id": str(case_id)}
    document = await session.call("get_test_case", request, idempotent=True)
    return Case.model_validate(document) if document else None


async def list_cases(session: Session, suite_id: SuiteId, page: PageRequest) -> Page[CaseSummary]:
    """Return the cases of a suite in their order."""
    return await _CASES.select_page(session, page, suite_id=suite_id)


async def create_fixture(
    session: Session, project_id: ProjectId, fixture: FixtureCreate
) -> Fixture:
    """Insert a fixture; the database gives it the tenant of the project."""
    row = {"project_id": str(project_id), **fixture.model_dump()}
    stored = await session.insert("test_data_fixtures", row, _FIXTURE_COLUMNS)
    return Fixture.model_validate(stored)


async def find_fixture(session: Session, fixture_id: FixtureId) -> Fixture | None:
    """Return the fixture if the caller may see it."""
    row = await session.find("test_data_fixtures", _FIXTURE_COLUMNS, id=fixture_id)
    return Fixture.model_validate(row) if row else None


async def list_fixtures(
    session: Session, project_id: ProjectId, page: PageRequest
) -> Page[FixtureSummary]:
    """Return the fixtures of a project by name."""
    return await _FIXTURES.select_page(session, page, project_id=project_id)


async def update_fixture(
    session: Session, fixture_id: FixtureId, changes: FixtureUpdate
) -> Fixture | None:
    """Change a fixture; None when the caller may not."""
    row = await session.update(
        "test_data_fixtures", fixture_id, changes.model_dump(), _FIXTURE_COLUMNS
    )
    return Fixture.model_validate(row) if row else None


async def delete_fixture(session: Session, fixture_id: FixtureId) -> bool:
    """Delete a fixture; say whether there was one that the caller may delete."""
    return await session.delete("test_data_fixtures", fixture_id)


async def list_users_of_fixture(session: Session, fixture_id: FixtureId) -> list[str]:
    """Return the keys of some tests that use a fixture."""
    rows = await session.select(
        "fixture_usage",
        "...test_cases(key)",
        where={"fixture_id": fixture_id},
        keyset=Keyset(("id",)),
        limit=10,
    )
    return sorted(row["key"] for row in rows)
