"""Where results of runs are kept; every read names the date that leads to their partition."""

from app.catalog.assertion_results import AssertionResult
from app.core.identifiers import ResultId
from app.db.conditions import any_of
from app.db.session import Row, Session
from app.runs.results.schemas import (
    AttemptPageRequest,
    Result,
    ResultDetail,
    ResultInclude,
    ResultPageRequest,
    TimelineEntry,
)
from app.web.pagination import Listing, Page, PageRequest

_INCLUDES = {
    "details": f"details:test_result_details({','.join(ResultDetail.model_fields)})",
    "assertions": f"assertions:assertion_results({','.join(AssertionResult.model_fields)})",
}
_OF_CASE = ("suite_id", "key", "name")
_RESULT_COLUMNS = ",".join(
    [
        *(name for name in Result.model_fields if name not in _INCLUDES and name not in _OF_CASE),
        f"...test_cases({','.join(_OF_CASE)})",
    ]
)
_TIMELINE_COLUMNS = (
    "id,test_case_id,iteration,iteration_name,status,reason,completed_at,timeline,"
    "...test_cases(suite_id,key,name,phase)"
)
_RESULTS = Listing(
    "test_results",
    Result,
    ("completed_at", "id"),
    _RESULT_COLUMNS,
    _INCLUDES,
    orders={"assertions": ("position",)},
)
_TIMELINE = Listing("test_results", TimelineEntry, ("completed_at", "id"), _TIMELINE_COLUMNS)


async def list_results(session: Session, place: Row, page: ResultPageRequest) -> Page[Result]:
    """Return the attempts at a place, a run, that fulfil the filters."""
    where = dict(place)
    if page.status:
        where["status"] = any_of(page.status)
    if page.category:
        where["category"] = any_of(page.category)
    for name in ("test_case_id", "iteration", "is_final"):
        if (value := getattr(page, name)) is not None:
            where[name] = value
    return await _RESULTS.select_page(session, page, sort=page.sort, include=page.include, **where)


async def find_result(
    session: Session, result_id: ResultId, include: list[ResultInclude]
) -> Result | None:
    """Return the result if the caller may see it."""
    row = await _RESULTS.find(session, include, id=result_id)
    return None if row is None else Result.model_validate(row)


async def find_place(session: Session, result_id: ResultId) -> Row | None:
    """Return what all attempts of the same test and iteration have in common."""
    columns = "run_id,run_date,test_case_id,iteration"
    return await session.find(_RESULTS.table, columns, id=result_id)


async def list_attempts(session: Session, place: Row, page: AttemptPageRequest) -> Page[Result]:
    """Return the attempts at a place in the order they ended."""
    return await _RESULTS.select_page(session, page, include=page.include, **place)


async def list_timeline(session: Session, place: Row, page: PageRequest) -> Page[TimelineEntry]:
    """Return when and why each test of a run did what, in the order they ended."""
    return await _TIMELINE.select_page(session, page, **place, is_final=True)
