"""What the database knows about one topic, read once for all viewers that need it."""

import asyncio
from collections import deque
from datetime import timedelta
from typing import Final, Protocol

from app.core.clock import Clock
from app.realtime.models import LogPage, Snapshot
from app.realtime.topics import TopicName

PAGE_SIZE: Final = 500
PAGES_KEPT: Final = 8
SNAPSHOT_LIFETIME: Final = timedelta(seconds=1)
"""Not all that a snapshot shows is followed by events: a run that waits for a worker has none."""


class TopicReader(Protocol):
    """
    Reads any topic, whoever may see it, once for all who may.

    Its methods raise `NotFoundError` when there is no such run or project, another `AppError`
    when the database does not answer, and `MalformedEventError`.
    """

    async def read_snapshot(self, topic: TopicName) -> Snapshot:
        """Read the topic as it is now."""
        ...

    async def read_log(self, topic: TopicName, after_seq: int, limit: int) -> LogPage:
        """Read the events that follow `after_seq`."""
        ...


class TopicArchive:
    """The log and the newest snapshot of one topic. All methods raise what `TopicReader` raises."""

    def __init__(self, topic: TopicName, reader: TopicReader, clock: Clock) -> None:
        self._topic = topic
        self._reader = reader
        self._clock = clock
        self._log_lock = asyncio.Lock()
        self._snapshot_lock = asyncio.Lock()
        self._pages: deque[LogPage] = deque(maxlen=PAGES_KEPT)
        self._snapshot: Snapshot | None = None
        self._snapshot_until = 0.0

    async def read_after(self, seq: int) -> LogPage:
        """Return the events that follow `seq` as they are now."""
        return await self._reader.read_log(self._topic, seq, PAGE_SIZE)

    async def find_after(self, seq: int) -> LogPage:
        """Return events that follow `seq`, possibly from what was read for another viewer."""
        async with self._log_lock:
            page = next((page for page in self._pages if _continues(page, seq)), None)
            if page is None:
                page = await self.read_after(seq)
                self._pages.append(page)
            return _skip_until(page, seq)

    async def get_snapshot(self, oldest_seq: int) -> Snapshot:
        """Return a snapshot as of `oldest_seq` or later, possibly one just read for another viewer."""
        async with self._snapshot_lock:
            now, snapshot = self._clock.monotonic(), self._snapshot
            if snapshot is None or snapshot.seq < oldest_seq or now >= self._snapshot_until:
                snapshot = await self._reader.read_snapshot(self._topic)
                self._snapshot = snapshot
                self._snapshot_until = now + SNAPSHOT_LIFETIME.total_seconds()
            return snapshot


def _continues(page: LogPage, seq: int) -> bool:
    return bool(page.events) and page.events[0].seq - 1 <= seq < page.events[-1].seq


def _skip_until(page: LogPage, seq: int) -> LogPage:
    events = tuple(event for event in page.events if event.seq > seq)
    return LogPage(events, page.event_seq, page.status)
