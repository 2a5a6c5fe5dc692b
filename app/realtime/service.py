"""Opens event streams for callers, and reads the log for the relay."""

from dataclasses import dataclass
from datetime import UTC, datetime

import jwt

from app.auth.principal import Principal
from app.core.errors import NotFoundError
from app.core.identifiers import RunId
from app.db.database import Database
from app.db.session import Session
from app.realtime import repository
from app.realtime.log import PAGE_SIZE, ReadLog
from app.realtime.models import LogPage, Snapshot
from app.realtime.relay import RunEventRelay
from app.realtime.stream import RunStream


@dataclass(frozen=True, slots=True)
class SignedInViewer:
    """A user who wants to watch a run."""

    session: Session
    run_id: RunId
    expires_at: datetime

    async def load_snapshot(self) -> Snapshot | None:
        """Read the run as the user."""
        return await repository.find_snapshot(self.session, self.run_id)

    async def read_log(self, after_seq: int) -> LogPage | None:
        """Read events as the user."""
        return await repository.find_log_page(self.session, self.run_id, after_seq, PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class RunEventService:
    """Streams of runs for signed-in users."""

    relay: RunEventRelay
    database: Database

    async def open_stream(
        self, principal: Principal, run_id: RunId, after_seq: int | None
    ) -> RunStream:
        """Return the stream of a run; raises `NotFoundError` and what the database raises."""
        session = self.database.as_user(principal.token)
        viewer = SignedInViewer(session, run_id, _read_expiry(principal.token))
        return await self.relay.attach(run_id, viewer, after_seq)


def create_log_reader(database: Database) -> ReadLog:
    """Return what the relay reads event logs with; it sees every run."""

    async def read_log(run_id: RunId, after_seq: int, limit: int) -> LogPage:
        page = await repository.find_log_page(database.as_service(), run_id, after_seq, limit)
        if page is None:
            raise NotFoundError
        return page

    return read_log


def _read_expiry(token: str) -> datetime:
    # The signature was verified when the caller was let in.
    claims = jwt.decode(token, options={"verify_signature": False})
    return datetime.fromtimestamp(claims["exp"], UTC)
