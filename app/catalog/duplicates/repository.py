"""What is copied, and the copy of a suite in one transaction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.catalog.cases.documents import CaseDocument
from app.catalog.suites.schemas import Suite
from app.core.identifiers import SuiteId
from app.db.session import Json, Session


async def find_suite_to_copy(session: Session, **original: UUID) -> Json:
    """Return a suite (or that of a case) with its cases (or that case) and what is taken, or None."""
    request: dict[str, Any] = {name: str(value) for name, value in original.items()}
    return await session.call("get_suite_to_copy", request, idempotent=True)


async def copy_suite(
    session: Session, suite_id: SuiteId, name: str, cases: Sequence[CaseDocument]
) -> Suite:
    """Create a suite beside another one, with these cases."""
    request = {"suite_id": str(suite_id), "name": name, "cases": cases}
    return Suite.model_validate(await session.call("copy_test_suite", request))
