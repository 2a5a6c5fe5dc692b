"""Reading a run's event log, sparing the database when many viewers lag behind together."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from app.core.identifiers import RunId
from app.realtime.models import LogPage

PAGE_SIZE: Final = 500

# Takes run id, after_seq and limit; raises an AppError when the database does not answer.
ReadLog = Callable[[RunId, int, int], Awaitable[LogPage]]


class RunLog:
    """The log of one run. Both methods raise what `ReadLog` raises."""

    def __init__(self, run_id: RunId, read_log: ReadLog) -> None:
        self._run_id = run_id
        self._read_log = read_log
        self._lock = asyncio.Lock()
        self._page: LogPage | None = None

    async def read_after(self, seq: int) -> LogPage:
        """Return the events that follow `seq` as they are now."""
        return await self._read_log(self._run_id, seq, PAGE_SIZE)

    async def find_after(self, seq: int) -> LogPage:
        """Return events that follow `seq`, possibly from what was read for another viewer."""
        async with self._lock:
            if self._page is None or not _continues(self._page, seq):
                self._page = await self.read_after(seq)
            return _skip_until(self._page, seq)


def _continues(page: LogPage, seq: int) -> bool:
    return bool(page.events) and page.events[0].seq - 1 <= seq < page.events[-1].seq


def _skip_until(page: LogPage, seq: int) -> LogPage:
    events = tuple(event for event in page.events if event.seq > seq)
    return LogPage(events, page.event_seq, page.status)
