"""Where test cases are kept."""

from app.catalog.cases.schemas.cases import Case, CaseCreate, CaseSummary
from app.core.identifiers import SuiteId, TestCaseId
from app.db.session import Session
from app.web.pagination import Listing, Page, PageRequest

_CASES = Listing("test_cases", CaseSummary, order=("order_index", "created_at", "id"))


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
