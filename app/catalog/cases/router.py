"""Routes of cases."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.catalog.cases import service
from app.catalog.cases.schemas.cases import Case, CaseCreate, CaseSummary
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import SuiteId, TestCaseId
from app.db.errors import DependencyCycleError, FixtureNotFoundError, RequiredTestNotFoundError
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

CREATING_CASE = problem_responses(
    NotFoundError,
    ForbiddenError,
    AlreadyExistsError,
    RequestInvalidError,
    DependencyCycleError,
    RequiredTestNotFoundError,
    FixtureNotFoundError,
)
READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)

PageQuery = Annotated[PageRequest, Query()]

router = APIRouter(tags=["cases"])


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
