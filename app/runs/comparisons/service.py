"""What a person can learn from two runs."""

from app.core.identifiers import RunId
from app.db.session import Session
from app.runs.comparisons import repository
from app.runs.comparisons.schemas import Comparison, ComparisonRequest


async def compare_runs(session: Session, run_id: RunId, request: ComparisonRequest) -> Comparison:
    """
    Compare a run with another one of its project, or with the one before.

    Raises `NotFoundError`, `BaselineNotFoundError`, `RunsOfDifferentProjectsError` or
    `InvalidCursorError`.
    """
    return await repository.compare(session, run_id, request)
