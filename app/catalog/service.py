"""What can be done with projects, suites, cases and fixtures."""

from app.catalog import repository
from app.catalog.errors import FixtureInUseError
from app.catalog.schemas.cases import Case, CaseCreate, CaseSummary
from app.catalog.schemas.fixtures import Fixture, FixtureCreate, FixtureSummary, FixtureUpdate
from app.catalog.schemas.projects import Project, ProjectCreate, Suite, SuiteCreate
from app.catalog.validation import check_case
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import FixtureId, OrganizationId, ProjectId, SuiteId, TestCaseId
from app.db.errors import DependencyCycleError
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


async def create_case(session: Session, suite_id: SuiteId, case: CaseCreate) -> Case:
    """
    Create a case with all that belongs to it.

    Raises `NotFoundError`, `ForbiddenError`, `AlreadyExistsError`, `RequestInvalidError` for what
    the engine would refuse, `DependencyCycleError`, `RequiredTestNotFoundError` or
    `FixtureNotFoundError`; then nothing of it was stored.
    """
    check_case(case)
    # A new test is required by nobody yet, so only itself can close a cycle.
    if any(dependency.required_test_key == case.key for dependency in case.dependencies):
        raise DependencyCycleError(f"{case.key} -> {case.key}", field="dependencies")
    return await repository.create_case(session, suite_id, case)


async def get_case(session: Session, case_id: TestCaseId) -> Case:
    """Return the case; raises `NotFoundError` when the caller may not see it."""
    case = await repository.find_case(session, case_id)
    if case is None:
        raise NotFoundError
    return case


async def list_cases(session: Session, suite_id: SuiteId, page: PageRequest) -> Page[CaseSummary]:
    """Return the cases of a suite; raises `NotFoundError`."""
    await get_suite(session, suite_id)
    return await repository.list_cases(session, suite_id, page)


async def create_fixture(
    session: Session, project_id: ProjectId, fixture: FixtureCreate
) -> Fixture:
    """Create a fixture; raises `NotFoundError`, `ForbiddenError` or `AlreadyExistsError`."""
    return await repository.create_fixture(session, project_id, fixture)


async def get_fixture(session: Session, fixture_id: FixtureId) -> Fixture:
    """Return the fixture; raises `NotFoundError` when the caller may not see it."""
    fixture = await repository.find_fixture(session, fixture_id)
    if fixture is None:
        raise NotFoundError
    return fixture


async def list_fixtures(
    session: Session, project_id: ProjectId, page: PageRequest
) -> Page[FixtureSummary]:
    """Return the fixtures of a project; raises `NotFoundError`."""
    await get_project(session, project_id)
    return await repository.list_fixtures(session, project_id, page)


async def update_fixture(
    session: Session, fixture_id: FixtureId, changes: FixtureUpdate
) -> Fixture:
    """Change a fixture; raises `NotFoundError`, `ForbiddenError` or `AlreadyExistsError`."""
    known = await get_fixture(session, fixture_id)
    if not changes.model_fields_set:
        return known
    updated = await repository.update_fixture(session, fixture_id, changes)
    if updated is None:
        raise ForbiddenError
    return updated


async def delete_fixture(session: Session, fixture_id: FixtureId) -> None:
    """Delete a fixture; raises `NotFoundError`, `ForbiddenError` or `FixtureInUseError`."""
    await get_fixture(session, fixture_id)
    users = await repository.list_users_of_fixture(session, fixture_id)
    if users:
        raise FixtureInUseError(f"It is used by {', '.join(users)}.")
    if not await repository.delete_fixture(session, fixture_id):
        raise ForbiddenError
