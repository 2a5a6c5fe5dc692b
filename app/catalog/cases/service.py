"""What can be done with test cases."""

from functools import partial

from app.catalog.cases import repository
from app.catalog.cases.documents import to_document
from app.catalog.cases.schemas.cases import Case, CaseCreate
from app.catalog.cases.schemas.changes import CaseOrder, CaseReplace, CaseUpdate
from app.catalog.cases.validation import check_case, merge_case
from app.catalog.dependencies.users import write_unused
from app.core.errors import NotFoundError
from app.core.identifiers import SuiteId, TestCaseId
from app.db.errors import ChangedMeanwhileError
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.errors import PreconditionFailedError
from app.web.orders import Order
from app.web.removal import call_removal

ATTEMPTS = 3
ORDER = Order(CaseOrder, "suite_id", reader="get_case_order", writer="reorder_test_cases")


async def create_case(session: Session, suite_id: SuiteId, case: CaseCreate) -> Case:
    """
    Create a case with all that belongs to it.

    Raises `NotFoundError`, `ForbiddenError`, `AlreadyExistsError`, `RequestInvalidError` for what
    the engine would refuse, `DependencyCycleError`, `RequiredTestNotFoundError` or
    `FixtureNotFoundError`; then nothing of it was stored.
    """
    check_case(case)
    return await repository.create_case(session, suite_id, case)


async def get_case(session: Session, case_id: TestCaseId) -> Case:
    """Return the case; raises `NotFoundError` when the caller may not see it."""
    case = await repository.find_case(session, case_id)
    if case is None:
        raise NotFoundError
    return case


async def replace_case(
    session: Session, case_id: TestCaseId, case: CaseReplace, precondition: Precondition
) -> Case:
    """
    Make a case be as this one, all or nothing.

    Raises what `create_case` raises, `SuiteNotFoundError`, `PreconditionFailedError`, and
    `CaseInUseError` for another key of one that templates of others name.
    """
    check_case(case)
    present = await get_case(session, case_id)
    precondition.check(present)
    try:
        return await _write(session, present, case, is_conditional=precondition.is_given)
    except ChangedMeanwhileError as error:
        raise PreconditionFailedError from error


async def update_case(
    session: Session, case_id: TestCaseId, changes: CaseUpdate, precondition: Precondition
) -> Case:
    """
    Replace parts of a case, all or nothing; raises what `replace_case` raises.

    Without a precondition it is tried again when others change the case at the same moment.
    """
    for _ in range(ATTEMPTS):
        present = await get_case(session, case_id)
        precondition.check(present)
        if not changes.model_fields_set:
            return present
        case = merge_case(present, changes)
        try:
            return await _write(session, present, case, is_conditional=True)
        except ChangedMeanwhileError as error:
            if precondition.is_given:
                raise PreconditionFailedError from error
    raise ChangedMeanwhileError


async def _write(
    session: Session, present: Case, case: CaseReplace, *, is_conditional: bool
) -> Case:
    document = to_document(case)
    if case.suite_id is None:
        del document["suite_id"]
    read_at = present.updated_at if is_conditional else None
    replace = partial(repository.replace_case, session, present.id, document, read_at)
    if case.key == present.key:
        return await replace()
    return await write_unused(session, replace, by_key_only=True, test_case_id=present.id)


async def get_case_order(session: Session, suite_id: SuiteId) -> CaseOrder:
    """Return all cases of a suite in their order; raises `NotFoundError`."""
    return await ORDER.read(session, suite_id)


async def reorder_cases(
    session: Session, suite_id: SuiteId, order: CaseOrder, precondition: Precondition
) -> CaseOrder:
    """Put the cases of a suite into an order; raises as `Order.write`."""
    return await ORDER.write(session, suite_id, order, precondition)


async def delete_case(
    session: Session,
    case_id: TestCaseId,
    precondition: Precondition,
    *,
    cascade: bool,
    with_results: bool,
) -> None:
    """
    Delete a case.

    Raises `CaseInUseError` when others depend on it or use what it captures, unless `cascade`,
    `UsersChangedError` when those are changed again and again, and `HasResultsError` unless `with_results`.
    """
    read_at = None
    if precondition.is_given:
        present = await get_case(session, case_id)
        precondition.check(present)
        read_at = present.updated_at
    request = {"test_case_id": str(case_id), "cascade": cascade, "with_results": with_results}
    remove = partial(call_removal, session, "delete_test_case", read_at, **request)
    if cascade:
        await remove()
    else:
        await write_unused(session, lambda users: remove(users_version=users), test_case_id=case_id)
