"""What a person can read of the results of runs."""

from app.core.errors import NotFoundError
from app.core.identifiers import ResultId, RunId
from app.db.session import Session
from app.runs.results import repository
from app.runs.results.schemas import (
    AttemptPageRequest,
    Result,
    ResultPageRequest,
    TimelineEntry,
)
from app.runs.service import find_place_of_run
from app.web.pagination import Page, PageRequest


async def list_results(session: Session, run_id: RunId, page: ResultPageRequest) -> Page[Result]:
    """Return the attempts of a run that fulfil the filters; raises `NotFoundError`."""
    return await repository.list_results(session, await find_place_of_run(session, run_id), page)


async def list_timeline(session: Session, run_id: RunId, page: PageRequest) -> Page[TimelineEntry]:
    """Return when and why each test of a run did what; raises `NotFoundError`."""
    return await repository.list_timeline(session, await find_place_of_run(session, run_id), page)


async def get_result(session: Session, result_id: ResultId) -> Result:
    """Return one attempt with its evidence; raises `NotFoundError`."""
    result = await repository.find_result(session, result_id, ["details", "assertions"])
    if result is None:
        raise NotFoundError
    return result


async def list_attempts(
    session: Session, result_id: ResultId, page: AttemptPageRequest
) -> Page[Result]:
    """Return all attempts of the test and iteration of a result; raises `NotFoundError`."""
    place = await repository.find_place(session, result_id)
    if place is None:
        raise NotFoundError
    return await repository.list_attempts(session, place, page)
