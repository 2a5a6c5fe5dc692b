"""What can be done with projects, suites and cases."""

from app.catalog import repository
from app.catalog.schemas import (
    Case,
    CaseCreate,
    CaseSummary,
    Project,
    ProjectCreate,
    Suite,
    SuiteCreate,
)
from app.core.errors import NotFoundError
from app.core.identifiers import OrganizationId, ProjectId, SuiteId, TestCaseId
from app.db.errors import DependencyCycleError
from app.db.session import Session
from app.web.pagination import Page, PageRequest
from app.workspaces.service import get_organization


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

    Raises `NotFoundError`, `ForbiddenError`, `AlreadyExistsError`, `DependencyCycleError` or
    `RequiredTestNotFoundError`; then nothing of it was stored.
    """
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
