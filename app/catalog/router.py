"""Routes of projects, suites, cases and fixtures."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, UserSession
from app.catalog import service
from app.catalog.errors import FixtureInUseError
from app.catalog.schemas.cases import Case, CaseCreate, CaseSummary
from app.catalog.schemas.fixtures import Fixture, FixtureCreate, FixtureSummary, FixtureUpdate
from app.catalog.schemas.projects import Project, ProjectCreate, Suite, SuiteCreate
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import FixtureId, OrganizationId, ProjectId, SuiteId, TestCaseId
from app.db.errors import DependencyCycleError, FixtureNotFoundError, RequiredTestNotFoundError
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

CREATING = problem_responses(NotFoundError, ForbiddenError, AlreadyExistsError, RequestInvalidError)
CREATING_CASE = problem_responses(
    NotFoundError,
    ForbiddenError,
    AlreadyExistsError,
    RequestInvalidError,
    DependencyCycleError,
    RequiredTestNotFoundError,
    FixtureNotFoundError,
)
DELETING = problem_responses(NotFoundError, ForbiddenError, RequestInvalidError, FixtureInUseError)
READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)

PageQuery = Annotated[PageRequest, Query()]

router = APIRouter(tags=["catalog"], responses=AUTHENTICATION_PROBLEMS)


@router.post(
    "/organizations/{organization_id}/projects",
    status_code=status.HTTP_201_CREATED,
    responses=CREATING,
)
async def create_project(
    organization_id: OrganizationId,
    project: ProjectCreate,
    session: UserSession,
    response: Response,
) -> Project:
    """Create a project; needs the role editor."""
    created = await service.create_project(session, organization_id, project)
    response.headers["Location"] = f"/api/v1/projects/{created.id}"
    return created


@router.get("/organizations/{organization_id}/projects", responses=LISTING)
async def list_projects(
    organization_id: OrganizationId, session: UserSession, page: PageQuery
) -> Page[Project]:
    """List the projects of an organization, oldest first."""
    return await service.list_projects(session, organization_id, page)


@router.get("/projects/{project_id}", responses=READING)
async def get_project(project_id: ProjectId, session: UserSession) -> Project:
    """Return one project."""
    return await service.get_project(session, project_id)


@router.post(
    "/projects/{project_id}/suites", status_code=status.HTTP_201_CREATED, responses=CREATING
)
async def create_suite(
    project_id: ProjectId, suite: SuiteCreate, session: UserSession, response: Response
) -> Suite:
    """Create a suite; needs the role editor."""
    created = await service.create_suite(session, project_id, suite)
    response.headers["Location"] = f"/api/v1/suites/{created.id}"
    return created


@router.get("/projects/{project_id}/suites", responses=LISTING)
async def list_suites(project_id: ProjectId, session: UserSession, page: PageQuery) -> Page[Suite]:
    """List the suites of a project in their order."""
    return await service.list_suites(session, project_id, page)


@router.get("/suites/{suite_id}", responses=READING)
async def get_suite(suite_id: SuiteId, session: UserSession) -> Suite:
    """Return one suite."""
    return await service.get_suite(session, suite_id)


@router.post(
    "/suites/{suite_id}/cases", status_code=status.HTTP_201_CREATED, responses=CREATING_CASE
)
async def create_case(
    suite_id: SuiteId, case: CaseCreate, session: UserSession, response: Response
) -> Case:
    """Create a test case with endpoint, request, response and dependencies; needs the role editor."""
    created = await service.create_case(session, suite_id, case)
    response.headers["Location"] = f"/api/v1/cases/{created.id}"
    return created


@router.get("/suites/{suite_id}/cases", responses=LISTING)
async def list_cases(suite_id: SuiteId, session: UserSession, page: PageQuery) -> Page[CaseSummary]:
    """List the test cases of a suite in their order."""
    return await service.list_cases(session, suite_id, page)


@router.get("/cases/{case_id}", responses=READING)
async def get_case(case_id: TestCaseId, session: UserSession) -> Case:
    """Return one test case with everything that it sends and expects."""
    return await service.get_case(session, case_id)


@router.post(
    "/projects/{project_id}/fixtures", status_code=status.HTTP_201_CREATED, responses=CREATING
)
async def create_fixture(
    project_id: ProjectId, fixture: FixtureCreate, session: UserSession, response: Response
) -> Fixture:
    """Create a fixture, test data with a name; needs the role editor."""
    created = await service.create_fixture(session, project_id, fixture)
    response.headers["Location"] = f"/api/v1/fixtures/{created.id}"
    return created


@router.get("/projects/{project_id}/fixtures", responses=LISTING)
async def list_fixtures(
    project_id: ProjectId, session: UserSession, page: PageQuery
) -> Page[FixtureSummary]:
    """List the fixtures of a project by name, without their data."""
    return await service.list_fixtures(session, project_id, page)


@router.get("/fixtures/{fixture_id}", responses=READING)
async def get_fixture(fixture_id: FixtureId, session: UserSession) -> Fixture:
    """Return one fixture with its data."""
    return await service.get_fixture(session, fixture_id)


@router.patch("/fixtures/{fixture_id}", responses=CREATING)
async def update_fixture(
    fixture_id: FixtureId, changes: FixtureUpdate, session: UserSession
) -> Fixture:
    """Change a fixture; needs the role editor."""
    return await service.update_fixture(session, fixture_id, changes)


@router.delete("/fixtures/{fixture_id}", status_code=status.HTTP_204_NO_CONTENT, responses=DELETING)
async def delete_fixture(fixture_id: FixtureId, session: UserSession) -> None:
    """Delete a fixture that no test uses; needs the role editor."""
    await service.delete_fixture(session, fixture_id)
