"""Comparisons, made by the database."""

from typing import Any

from app.core.identifiers import RunId
from app.db.session import Session
from app.runs.comparisons.schemas import ComparedTest, Comparison, ComparisonRequest
from app.web.errors import InvalidCursorError
from app.web.pagination import decode_cursor, encode_cursor

ORDER = "comparison key,iteration"


async def compare(session: Session, run_id: RunId, request: ComparisonRequest) -> Comparison:
    """Compare a run with another one; raises what the database refuses it with."""
    answer = await session.call("compare_test_runs", _describe(run_id, request), idempotent=True)
    items = [ComparedTest.model_validate(item) for item in answer["items"]]
    page = items[: request.limit]
    is_last = len(items) <= request.limit
    cursor = None if is_last else encode_cursor(ORDER, [page[-1].key, page[-1].iteration])
    return Comparison.model_validate({**answer, "items": page, "next_cursor": cursor})


def _describe(run_id: RunId, request: ComparisonRequest) -> dict[str, Any]:
    key, iteration = _read_cursor(request.cursor)
    return {
        "run_id": str(run_id),
        "with_run_id": str(request.with_run_id) if request.with_run_id else None,
        "factor": request.factor,
        "minimum_ms": request.minimum_ms,
        "changes": request.change or None,
        "after_key": key,
        "after_iteration": iteration,
        "limit": request.limit + 1,
    }


def _read_cursor(cursor: str | None) -> tuple[str | None, int | None]:
    if cursor is None:
        return None, None
    key, iteration = decode_cursor(cursor, ORDER, 2)
    try:
        return key, int(iteration)
    except ValueError as error:
        raise InvalidCursorError(field="cursor") from error
