"""Routes of comparisons."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.auth.dependencies import UserSession
from app.core.errors import NotFoundError
from app.core.identifiers import RunId
from app.db.errors import BaselineNotFoundError, RunsOfDifferentProjectsError
from app.runs.comparisons import service
from app.runs.comparisons.schemas import Comparison, ComparisonRequest
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.problems import problem_responses

COMPARING = problem_responses(
    NotFoundError,
    BaselineNotFoundError,
    RequestInvalidError,
    InvalidCursorError,
    RunsOfDifferentProjectsError,
)

router = APIRouter(tags=["comparisons"])


@router.get("/runs/{run_id}/comparison", responses=COMPARING, response_model_exclude_unset=True)
async def compare_runs(
    run_id: RunId, session: UserSession, request: Annotated[ComparisonRequest, Query()]
) -> Comparison:
    """
    Tell what changed from an earlier run to this one, test by test, in the order of their keys.

    A run that has not finished is compared by the results that it has.
    """
    return await service.compare_runs(session, run_id, request)
