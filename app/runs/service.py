"""What a person can do with runs."""

from app.core.errors import NotFoundError
from app.core.identifiers import RunId
from app.db.session import Row, Session
from app.runs import repository
from app.runs.queue import RunQueue
from app.runs.schemas import (
    RerunRequest,
    Run,
    RunContext,
    RunInclude,
    RunPageRequest,
    RunStart,
    RunUpdate,
    Trigger,
)
from app.web.entity_tags import Precondition
from app.web.pagination import Page
from app.web.removal import call_removal, read_known


async def start_run(
    session: Session, queue: RunQueue, start: RunStart, *, trigger: Trigger = "api"
) -> Run:
    """
    Create a run and queue it.

    Raises `NotFoundError`, `ForbiddenError`, `SelectedTestNotFoundError` or `NoTestsSelectedError`.
    """
    run = await repository.start(session, start, trigger)
    await queue.enqueue(run.id)
    return run


async def rerun_run(
    session: Session,
    queue: RunQueue,
    run_id: RunId,
    rerun: RerunRequest,
    *,
    trigger: Trigger = "api",
) -> Run:
    """
    Create a run of the tests of a finished one, with its variables and options, and queue it.

    Raises `NotFoundError`, `ForbiddenError`, `RunNotFinishedError` or `NoTestsSelectedError`.
    """
    run = await repository.rerun(session, run_id, rerun, trigger)
    await queue.enqueue(run.id)
    return run


async def get_run(session: Session, run_id: RunId, include: list[RunInclude] | None = None) -> Run:
    """Return the run; raises `NotFoundError` when the caller may not see it."""
    run = await repository.find(session, run_id, include or [])
    if run is None:
        raise NotFoundError
    return run


async def find_place_of_run(session: Session, run_id: RunId) -> Row:
    """Return where the results of a run are; raises `NotFoundError` when the caller may not see it."""
    place = await repository.find_place(session, run_id)
    if place is None:
        raise NotFoundError
    return place


async def list_runs(session: Session, page: RunPageRequest) -> Page[Run]:
    """Return the visible runs that fulfil the filters."""
    return await repository.list_runs(session, page)


async def get_context(session: Session, run_id: RunId) -> RunContext:
    """Return what the tests of a run share, secrets masked; raises `NotFoundError`."""
    context = await repository.find_context(session, run_id)
    if context is None:
        raise NotFoundError
    return context


async def update_run(
    session: Session, run_id: RunId, changes: RunUpdate, precondition: Precondition
) -> Run:
    """
    Correct what a run says of itself; nothing that its worker writes is touched.

    Raises `NotFoundError`, `ForbiddenError` or `PreconditionFailedError`.
    """
    return await repository.RUNS.change(session, run_id, changes.to_row(), precondition)


async def delete_run(session: Session, run_id: RunId, precondition: Precondition) -> None:
    """
    Delete a run with everything that it left behind.

    Raises `NotFoundError`, `ForbiddenError`, `RunNotFinishedError` or `PreconditionFailedError`.
    """
    read_at = await read_known(session, repository.RUNS, run_id, precondition)
    await call_removal(session, "delete_test_run", read_at, run_id=str(run_id))


async def cancel_run(session: Session, queue: RunQueue, run_id: RunId) -> Run:
    """
    Ask for the end of a run; a finished one stays as it is.

    Raises `NotFoundError` or `ForbiddenError`.
    """
    run = await repository.cancel(session, run_id)
    if not run.is_finished:
        await queue.abort(run_id)
    return run
