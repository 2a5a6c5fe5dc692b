"""Where runs and their contexts are kept."""

from app.core.identifiers import RunId
from app.db.conditions import any_of, at_least, before
from app.db.session import Row, Session
from app.runs.schemas import (
    RerunRequest,
    Run,
    RunContext,
    RunCounts,
    RunInclude,
    RunPageRequest,
    RunStart,
    Trigger,
)
from app.web.pagination import Listing, Page
from app.web.resources import Resource

_INCLUDES = {
    "environment": "environment:environments(id,name,base_url)",
    "suite": "suite:test_suites(id,name)",
    "starter": "starter:users(id,full_name,email)",
    "planned_test_ids": "planned_test_ids",
}
_COUNTS = [f"{name}_count" for name in RunCounts.model_fields]
_COLUMNS = [
    name for name in Run.model_fields if name != "counts" and name not in _INCLUDES
] + _COUNTS
LISTING = Listing("test_runs", Run, ("created_at", "id"), ",".join(_COLUMNS), _INCLUDES)
RUNS = Resource(LISTING)
_PLACES = ("project_id", "environment_id", "suite_id", "batch_id", "rerun_of", "started_by")


async def start(session: Session, start: RunStart, trigger: Trigger = "api") -> Run:
    """Create a pending run of the selected tests."""
    request = {**start.model_dump(mode="json", exclude_none=True), "trigger": trigger}
    return Run.model_validate(await session.call("start_test_run", request))


async def rerun(session: Session, run_id: RunId, rerun: RerunRequest, trigger: Trigger) -> Run:
    """Create a pending run of the tests of another one."""
    request = {"run_id": str(run_id), "trigger": trigger, **rerun.model_dump(mode="json")}
    return Run.model_validate(await session.call("rerun_test_run", request))


async def find(session: Session, run_id: RunId, include: list[RunInclude]) -> Run | None:
    """Return the run if the caller may see it."""
    row = await session.find(LISTING.table, LISTING.select_with(include), id=run_id)
    return None if row is None else Run.model_validate(row)


async def list_runs(session: Session, page: RunPageRequest) -> Page[Run]:
    """Return the visible runs that fulfil the filters."""
    where: dict[str, object] = {
        name: value for name in _PLACES if (value := getattr(page, name)) is not None
    }
    if page.status:
        where["status"] = any_of(page.status)
    if page.trigger:
        where["trigger"] = any_of(page.trigger)
    if page.target_version is not None:
        where["target_version"] = page.target_version
    since, until = page.created_since, page.created_before
    bounds = (
        at_least(since.isoformat()) if since else None,
        before(until.isoformat()) if until else None,
    )
    where["created_at"] = tuple(bound for bound in bounds if bound is not None)
    return await LISTING.select_page(session, page, sort=page.sort, include=page.include, **where)


async def cancel(session: Session, run_id: RunId) -> Run:
    """Note that the run is to end; raises `NotFoundError` or `ForbiddenError`."""
    return Run.model_validate(await session.call("cancel_test_run", {"run_id": str(run_id)}))


async def find_context(session: Session, run_id: RunId) -> RunContext | None:
    """Return the context of a run that the caller may see; tokens and secret captures are masked."""
    answer = await session.call("show_test_run_context", {"run_id": str(run_id)}, idempotent=True)
    return None if answer is None else RunContext.model_validate(answer)


async def find_place(session: Session, run_id: RunId) -> Row | None:
    """Return what results of a run have in common, its date names their partition; None if unseen."""
    return await session.find(LISTING.table, "run_id:id,run_date", id=run_id)
