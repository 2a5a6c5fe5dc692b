"""Routes that copy suites and test cases."""

from fastapi import APIRouter, Response, status

from app.auth.dependencies import UserSession
from app.catalog.cases.schemas.cases import Case
from app.catalog.duplicates import service
from app.catalog.duplicates.schemas import CaseDuplicate, SuiteDuplicate
from app.catalog.suites.schemas import Suite
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import SuiteId, TestCaseId
from app.db.errors import DependencyCycleError, FixtureNotFoundError, RequiredTestNotFoundError
from app.web.errors import RequestInvalidError
from app.web.problems import problem_responses

router = APIRouter()


@router.post(
    "/suites/{suite_id}/duplicate",
    tags=["suites"],
    status_code=status.HTTP_201_CREATED,
    response_model_exclude_unset=True,
    responses=problem_responses(
        NotFoundError, ForbiddenError, AlreadyExistsError, RequestInvalidError
    ),
)
async def duplicate_suite(
    suite_id: SuiteId, wanted: SuiteDuplicate, session: UserSession, response: Response
) -> Suite:
    """
    Copy a suite with its test cases, at most 2,000; editors may.

    The copies have keys of their own; dependencies and templates within the suite point at copies,
    those on tests of other suites stay. Tokens and variables that its tests share are now made
    twice: tests elsewhere that use them should declare which test they need.
    """
    created = await service.duplicate_suite(session, suite_id, wanted)
    response.headers["Location"] = f"/api/v1/suites/{created.id}"
    return created


@router.post(
    "/cases/{case_id}/duplicate",
    tags=["cases"],
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        NotFoundError,
        ForbiddenError,
        AlreadyExistsError,
        RequestInvalidError,
        DependencyCycleError,
        RequiredTestNotFoundError,
        FixtureNotFoundError,
    ),
)
async def duplicate_case(
    case_id: TestCaseId, wanted: CaseDuplicate, session: UserSession, response: Response
) -> Case:
    """Copy a test case within its suite, dependencies included; editors may."""
    created = await service.duplicate_case(session, case_id, wanted)
    response.headers["Location"] = f"/api/v1/cases/{created.id}"
    return created
