"""Lists of test cases."""

from typing import Final

from app.catalog.cases.schemas.lists import CasePageRequest, CaseSummary, SuiteCasePageRequest
from app.catalog.cases.schemas.requests import RequestConfig
from app.catalog.cases.schemas.responses import ResponseSpec
from app.catalog.projects.service import get_project
from app.catalog.suites.service import get_suite
from app.core.identifiers import ProjectId, SuiteId
from app.db.conditions import Alternatives, any_of, at_least, containing, having_all
from app.db.session import Session
from app.web.pagination import Listing, Page

_PARTS: Final = {
    "endpoint": "endpoint:api_endpoints(method,path,name,description,response_schemas)",
    "request": f"request:test_request_configs({','.join(RequestConfig.model_fields)})",
    "response": f"response:test_response_specs({','.join(ResponseSpec.model_fields)})",
    "dependencies": (
        "dependencies:test_dependencies!test_dependencies_dependent_test_id_fkey("
        "required_test_id,dependency_type,condition,"
        "...test_cases!test_dependencies_required_test_id_fkey(required_test_key:key))"
    ),
}
_CASES = Listing(
    "test_cases", CaseSummary, order=("order_index", "created_at", "id"), includes=_PARTS
)


async def list_cases(
    session: Session, suite_id: SuiteId, page: SuiteCasePageRequest
) -> Page[CaseSummary]:
    """Return the cases of a suite; raises `NotFoundError`."""
    await get_suite(session, suite_id)
    where = {**_read_filters(page), "suite_id": suite_id}
    return await _CASES.select_page(session, page, sort=page.sort, include=page.include, **where)


async def list_project_cases(
    session: Session, project_id: ProjectId, page: CasePageRequest
) -> Page[CaseSummary]:
    """Return the cases of a project; raises `NotFoundError`."""
    await get_project(session, project_id)
    where = {**_read_filters(page), "project_id": project_id}
    if page.suite_id:
        where["suite_id"] = any_of(page.suite_id)
    return await _CASES.select_page(session, page, sort=page.sort, include=page.include, **where)


def _read_filters(page: SuiteCasePageRequest) -> dict[str, object]:
    values = {"enabled": page.enabled, "phase": page.phase, "endpoint_id": page.endpoint_id}
    where: dict[str, object] = {
        column: value for column, value in values.items() if value is not None
    }
    if page.text:
        where["text"] = Alternatives(("key", "name"), containing(page.text))
    if page.tags:
        where["tags"] = having_all(page.tags)
    if page.updated_since:
        where["updated_at"] = at_least(page.updated_since.isoformat())
    return where
