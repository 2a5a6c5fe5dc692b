"""Where runs, their results and their contexts are kept."""

from datetime import UTC

from app.core.identifiers import RunId
from app.db.session import Row, Session
from app.runs.schemas import (
    Result,
    Run,
    RunContext,
    RunCounts,
    RunStart,
    TimelineEntry,
    Trigger,
)
from app.web.pagination import Listing, Page, PageRequest

_COUNTS = {name: f"{name}_count" for name in RunCounts.model_fields}
_RUN_COLUMNS = ",".join([*(set(Run.model_fields) - {"counts"}), *_COUNTS.values()])
_RESULT_COLUMNS = (
    "id,test_case_id,iteration,iteration_name,status,category,reason,error_message,started_at,completed_at,"
    "duration_ms,attempt_number,is_final,test_revision,captured_names,timeline,...test_cases(key,name),"
    "details:test_result_details(request_method,request_url,request_headers,request_query,request_body,"
    "response_status,response_headers,response_body,response_time_ms,timing_phases,assertions_passed,"
    "assertions_failed,captured_variables),"
    "assertions:assertion_results(assertion_name,assertion_type,operator,path,expected_value,actual_value,"
    "diff,severity,passed,error_message)"
)
_TIMELINE_COLUMNS = (
    "id,test_case_id,iteration,iteration_name,status,reason,completed_at,timeline,"
    "...test_cases(suite_id,key,name,phase)"
)
_RESULTS = Listing("test_results", Result, ("completed_at", "id"), _RESULT_COLUMNS)
_TIMELINE = Listing("test_results", TimelineEntry, ("completed_at", "id"), _TIMELINE_COLUMNS)


async def start(session: Session, start: RunStart, trigger: Trigger = "api") -> Run:
    """Create a pending run of the selected tests."""
    request = {**start.model_dump(mode="json", exclude_none=True), "trigger": trigger}
    return Run.model_validate(await session.call("start_test_run", request))


async def find(session: Session, run_id: RunId) -> Run | None:
    """Return the run if the caller may see it."""
    row = await session.find("test_runs", _RUN_COLUMNS, id=run_id)
    return None if row is None else _to_run(row)


async def cancel(session: Session, run_id: RunId) -> Run:
    """Note that the run is to end; raises `NotFoundError` or `ForbiddenError`."""
    return Run.model_validate(await session.call("cancel_test_run", {"run_id": str(run_id)}))


async def list_results(session: Session, run: Run, page: PageRequest) -> Page[Result]:
    """Return the attempts of a run in the order they ended."""
    return await _RESULTS.select_page(session, page, **_locate(run))


async def list_timeline(session: Session, run: Run, page: PageRequest) -> Page[TimelineEntry]:
    """Return when and why each test of a run did what, in the order they ended."""
    return await _TIMELINE.select_page(session, page, **_locate(run), is_final=True)


async def find_context(session: Session, run_id: RunId) -> RunContext | None:
    """Return the context of a run that the caller may see; tokens and secret captures are masked."""
    answer = await session.call("show_test_run_context", {"run_id": str(run_id)}, idempotent=True)
    return None if answer is None else RunContext.model_validate(answer)


def _locate(run: Run) -> Row:
    # The date of the run names the one partition that holds its results.
    return {"run_id": run.id, "run_date": run.created_at.astimezone(UTC).date()}


def _to_run(row: Row) -> Run:
    counts = {name: row[column] for name, column in _COUNTS.items()}
    return Run.model_validate({**row, "counts": counts})
