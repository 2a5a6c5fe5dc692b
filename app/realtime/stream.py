"""What one viewer receives."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.clock import Clock
from app.core.errors import AppError
from app.core.logging import get_logger
from app.realtime.feed import RunFeed
from app.realtime.models import (
    EndReason,
    EventBatch,
    Heartbeat,
    MalformedEventError,
    RunEvent,
    Snapshot,
    StreamEnd,
    StreamItem,
)

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StreamTiming:
    """Waits of one viewer's stream."""

    between_heartbeats: timedelta = timedelta(seconds=15)
    before_retry: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """
    Where a stream begins.

    `first` is sent first and brings the viewer to `cursor`; `head` was the newest seq of the run
    when this was read, and final if `is_of_finished_run`.
    """

    first: Snapshot | EventBatch | None
    cursor: int
    head: int
    is_of_finished_run: bool

    @property
    def is_complete(self) -> bool:
        """Nothing will follow `first`."""
        return self.is_of_finished_run and self.cursor >= self.head


class RunStream:
    """Every event of a run that follows the opening, once and in order, for one viewer."""

    def __init__(
        self,
        opening: Opening,
        watching: Callable[[], AbstractContextManager[RunFeed]],
        expires_at: datetime,
        clock: Clock,
        timing: StreamTiming,
    ) -> None:
        self._opening = opening
        self._watching = watching
        self._expires_at = expires_at
        self._clock = clock
        self._timing = timing

    @property
    def is_empty(self) -> bool:
        """The run is over and the viewer has seen all of it."""
        return self._opening.first is None and self._opening.is_complete

    async def iter_items(self) -> AsyncGenerator[StreamItem]:
        """
        Yield what there is to see and end with a `StreamEnd`.

        The run is watched while this iterates: close the generator when the viewer is gone.
        """
        if self._opening.first is not None:
            yield self._opening.first
        if self._opening.is_complete:
            yield StreamEnd("completed")
            return
        with self._watching() as feed:
            cursor = self._opening.cursor
            while (reason := self._find_end(feed, cursor)) is None:
                changed = feed.changed
                events = await self._find_events(feed, cursor)
                if events:
                    cursor = events[-1].seq
                    yield EventBatch(events)
                elif not await self._wait(changed):
                    yield Heartbeat()
        yield StreamEnd(reason)

    def _find_end(self, feed: RunFeed, cursor: int) -> EndReason | None:
        if feed.is_complete and cursor >= feed.position:
            return "completed"
        if feed.interruption is not None:
            return feed.interruption
        return "token_expired" if self._remaining <= timedelta(0) else None

    async def _find_events(self, feed: RunFeed, cursor: int) -> tuple[RunEvent, ...]:
        while True:
            try:
                return await feed.find_after(cursor)
            except (AppError, MalformedEventError) as error:
                logger.warning("event_log_unreadable", reason=str(error))
                if self._find_end(feed, cursor) is not None:
                    return ()
                await asyncio.sleep(self._timing.before_retry.total_seconds())

    async def _wait(self, changed: asyncio.Event) -> bool:
        patience = min(self._timing.between_heartbeats, self._remaining)
        try:
            async with asyncio.timeout(patience.total_seconds()):
                return await changed.wait()
        except TimeoutError:
            return False

    @property
    def _remaining(self) -> timedelta:
        return self._expires_at - self._clock.now()
