"""Where test cases are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.catalog.cases.schemas.cases import Case, CaseCreate
from app.core.identifiers import SuiteId, TestCaseId
from app.db.session import Session


async def create_case(session: Session, suite_id: SuiteId, case: CaseCreate) -> Case:
    """Create a case with its endpoint, request, response and dependencies, all or nothing."""
    request = {"suite_id": str(suite_id), **case.model_dump(mode="json", by_alias=True)}
    return Case.model_validate(await session.call("create_test_case", request))


async def find_case(session: Session, case_id: TestCaseId) -> Case | None:
    """Return the case if the caller may see it."""
    request = {"test_case_id": str(case_id)}
    document = await session.call("get_test_case", request, idempotent=True)
    return Case.model_validate(document) if document else None


async def replace_case(
    session: Session,
    case_id: TestCaseId,
    document: Mapping[str, Any],
    read_at: datetime | None,
    users_version: str | None = None,
) -> Case:
    """
    Make a case be as the document says, all or nothing; what is equal is not written.

    Raises `ChangedMeanwhileError` when it was changed after `read_at`, and for a new key
    `UsersChangedError` when its users have another version.
    """
    request: dict[str, Any] = {
        "test_case_id": str(case_id),
        "read_at": read_at and read_at.isoformat(),
        "document": document,
    }
    if users_version is not None:
        request["users_version"] = users_version
    return Case.model_validate(await session.call("replace_test_case", request))
