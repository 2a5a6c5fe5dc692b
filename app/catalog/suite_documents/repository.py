"""Where suites are read and written as a whole."""

from collections.abc import Mapping
from typing import Any

from app.catalog.suite_documents.planning import DocumentState
from app.catalog.suite_documents.schemas import Suite
from app.catalog.suite_documents.stored import StoredSuite
from app.core.identifiers import ProjectId, SuiteId
from app.db.session import Session


async def find_suite(
    session: Session, suite_id: SuiteId, *, with_fixtures: bool
) -> StoredSuite | None:
    """Return the suite if the caller may see it."""
    request = {"suite_id": str(suite_id), "fixtures": with_fixtures}
    found = await session.call("get_suite_document", request, idempotent=True)
    return StoredSuite.model_validate(found) if found else None


async def find_state(session: Session, project_id: ProjectId, suite: Suite) -> DocumentState | None:
    """Return what the project has of a document; None when the caller may not see the project."""
    required = {item.required_test_key for case in suite.cases for item in case.dependencies}
    request = {
        "project_id": str(project_id),
        "name": suite.name,
        "keys": [case.key for case in suite.cases],
        "required": sorted(required),
        "endpoints": [
            {"method": method, "path": path}
            for method, path in sorted(
                {(case.endpoint.method, case.endpoint.path) for case in suite.cases}
            )
        ],
        "fixtures": list(suite.fixtures),
    }
    state = await session.call("get_suite_document_state", request, idempotent=True)
    return DocumentState.model_validate(state) if state else None


async def apply(
    session: Session, project_id: ProjectId, written: Mapping[str, Any], **options: str | bool
) -> StoredSuite | None:
    """
    Write all of it or nothing, and return the suite; a dry run writes and returns nothing.

    Options are `dry_run`, `with_results`, and the `users_version` that nobody may have changed.
    """
    request = {"project_id": str(project_id), **options, **written}
    stored = await session.call("apply_suite_document", request)
    return StoredSuite.model_validate(stored) if stored else None
