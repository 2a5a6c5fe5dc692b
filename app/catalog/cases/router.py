"""Routes of test cases."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.catalog.cases import lists, service
from app.catalog.cases.schemas.cases import Case, CaseCreate
from app.catalog.cases.schemas.changes import CaseOrder, CaseReplace, CaseUpdate
from app.catalog.cases.schemas.lists import CasePageRequest, CaseSummary, SuiteCasePageRequest
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import ProjectId, SuiteId, TestCaseId
from app.db.errors import (
    CaseInUseError,
    ChangedMeanwhileError,
    DependencyCycleError,
    FixtureNotFoundError,
    HasResultsError,
    OrderIncompleteError,
    RequiredTestNotFoundError,
    SuiteNotFoundError,
    UsersChangedError,
)
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses
from app.web.removal import WithResults

REFUSALS = (NotFoundError, ForbiddenError, RequestInvalidError)
WRITING = (
    *REFUSALS,
    AlreadyExistsError,
    DependencyCycleError,
    RequiredTestNotFoundError,
    FixtureNotFoundError,
)
REWRITING = (
    *WRITING,
    PreconditionFailedError,
    CaseInUseError,
    UsersChangedError,
    SuiteNotFoundError,
)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)

router = APIRouter(tags=["cases"])


@router.post(
    "/suites/{suite_id}/cases",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*WRITING),
)
async def create_case(
    suite_id: SuiteId, case: CaseCreate, session: UserSession, response: Response
) -> Case:
    """Create a test case with endpoint, request, response and dependencies; editors may."""
    created = await service.create_case(session, suite_id, case)
    response.headers["Location"] = f"/api/v1/cases/{created.id}"
    return created


@router.get("/suites/{suite_id}/cases", responses=LISTING, response_model_exclude_unset=True)
async def list_cases(
    suite_id: SuiteId, session: UserSession, page: Annotated[SuiteCasePageRequest, Query()]
) -> Page[CaseSummary]:
    """List the test cases of a suite, in their order unless sorted otherwise."""
    return await lists.list_cases(session, suite_id, page)


@router.get("/projects/{project_id}/cases", responses=LISTING, response_model_exclude_unset=True)
async def list_project_cases(
    project_id: ProjectId, session: UserSession, page: Annotated[CasePageRequest, Query()]
) -> Page[CaseSummary]:
    """List the test cases of all suites of a project."""
    return await lists.list_project_cases(session, project_id, page)


@router.get(
    "/suites/{suite_id}/cases/order",
    responses=problem_responses(NotFoundError, RequestInvalidError),
)
async def get_case_order(suite_id: SuiteId, session: UserSession) -> CaseOrder:
    """Return all test cases of a suite in their order; its tag is for a new one."""
    return await service.get_case_order(session, suite_id)


@router.put(
    "/suites/{suite_id}/cases/order",
    responses=problem_responses(*REFUSALS, PreconditionFailedError, OrderIncompleteError),
)
async def reorder_cases(
    suite_id: SuiteId, order: CaseOrder, session: UserSession, precondition: IfMatch
) -> CaseOrder:
    """
    Put all test cases of a suite into an order; each must be named once. Editors may.

    `If-Match` takes the tag that GET answers here, or of this answer.
    """
    return await service.reorder_cases(session, suite_id, order, precondition)


@router.get("/cases/{case_id}", responses=problem_responses(NotFoundError, RequestInvalidError))
async def get_case(case_id: TestCaseId, session: UserSession) -> Case:
    """Return one test case with everything that it sends and expects."""
    return await service.get_case(session, case_id)


@router.put("/cases/{case_id}", responses=problem_responses(*REWRITING))
async def replace_case(
    case_id: TestCaseId, case: CaseReplace, session: UserSession, precondition: IfMatch
) -> Case:
    """
    Replace a whole test case, all or nothing; editors may.

    What GET answered may be edited and sent back. What is equal is not written: `revision` and
    `updated_at` then stay. A key that templates of other tests name cannot be changed (409).
    """
    return await service.replace_case(session, case_id, case, precondition)


@router.patch("/cases/{case_id}", responses=problem_responses(*REWRITING, ChangedMeanwhileError))
async def update_case(
    case_id: TestCaseId, changes: CaseUpdate, session: UserSession, precondition: IfMatch
) -> Case:
    """
    Replace parts of a test case, all or nothing; editors may.

    Each given field replaces that part as a whole: to change one header, send the whole `request`.
    `suite_id` moves the test to another suite of its project.
    """
    return await service.update_case(session, case_id, changes, precondition)


@router.delete(
    "/cases/{case_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(
        *REFUSALS, PreconditionFailedError, CaseInUseError, UsersChangedError, HasResultsError
    ),
)
async def delete_case(
    case_id: TestCaseId,
    session: UserSession,
    precondition: IfMatch,
    cascade: Annotated[
        bool, Query(description="Also when other tests need it; they lose that dependency.")
    ] = False,
    with_results: WithResults = False,
) -> None:
    """
    Delete a test case; editors may.

    Refused when others depend on it or use what it captures, unless with `cascade`, and when it
    has results, unless with `with_results`: these and its history then go with it, while counts of
    past runs stay. To keep them, disable it instead.
    """
    await service.delete_case(
        session, case_id, precondition, cascade=cascade, with_results=with_results
    )
