"""Routes of projects, suites and cases."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, UserSession
from app.catalog import service
from app.catalog.schemas import (
    Case,
    CaseCreate,
    CaseSummary,
    Project,
    ProjectCreate,
    Suite,
    SuiteCreate,
)
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import OrganizationId, ProjectId, SuiteId, TestCaseId
from app.db.errors import DependencyCycleError, RequiredTestNotFoundError
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
)
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
