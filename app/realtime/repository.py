"""Reads of runs and their events."""

from app.core.identifiers import RunId
from app.db.session import Session
from app.realtime.models import LogPage, Snapshot


async def find_snapshot(session: Session, run_id: RunId) -> Snapshot | None:
    """Return the run as it is now, None if it is not visible; raises `MalformedEventError`."""
    document = await session.call("get_test_run_snapshot", {"run_id": str(run_id)}, idempotent=True)
    return None if document is None else Snapshot.from_document(document)


async def find_log_page(
    session: Session, run_id: RunId, after_seq: int, limit: int
) -> LogPage | None:
    """Return the next events, None if the run is not visible; raises `MalformedEventError`."""
    request = {"run_id": str(run_id), "after_seq": after_seq, "limit": limit}
    document = await session.call("get_run_events", request, idempotent=True)
    return None if document is None else LogPage.from_document(document)
