"""What can be done with test cases."""

from app.catalog.cases import repository
from app.catalog.cases.schemas.cases import Case, CaseCreate, CaseSummary
from app.catalog.cases.validation import check_case
from app.catalog.suites.service import get_suite
from app.core.errors import NotFoundError
from app.core.identifiers import SuiteId, TestCaseId
from app.db.errors import DependencyCycleError
from app.db.session import Session
from app.web.pagination import Page, PageRequest


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
