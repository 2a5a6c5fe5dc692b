"""One watched run: the events of this process, fed by broadcasts and completed from the log."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from app.core.errors import AppError
from app.core.logging import get_logger
from app.realtime.log import RunLog
from app.realtime.models import (
    RUN_COMPLETED,
    EndReason,
    JsonObject,
    LogPage,
    MalformedEventError,
    RunEvent,
    parse_events,
)
from app.realtime.sequence import EventSequence
from app.realtime.topics import TopicSource

BATCH_SIZE: Final = 200
EVENTS_KEPT: Final = 1_000
"""Per watched run; a viewer that lags further behind reads the log."""

ReadReason = Literal["gap", "disconnected", "silence"]

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FeedTiming:
    """How often the log is read although no broadcast asks for it."""

    while_disconnected: timedelta = timedelta(seconds=1)
    while_quiet: timedelta = timedelta(seconds=5)
    """The last broadcasts of a burst may be lost, and then nothing later shows the gap."""


class RunFeed:
    """
    Keeps the events of one run complete and in order, and wakes those who wait for more.

    It listens to the run's topic. The log is the truth: it is read after every (re)join, at every
    gap, and regularly while broadcasts do not arrive. Broadcasts only make it fast.
    """

    def __init__(self, log: RunLog, source: TopicSource, position: int, timing: FeedTiming) -> None:
        self._log = log
        self._source = source
        self._timing = timing
        self._events = EventSequence(position, EVENTS_KEPT)
        self._is_joined = False
        self._is_stale = False
        self._was_active = False
        self._reads_in_vain = 0
        self._silent_advances = 0
        self._attention = asyncio.Event()
        self._changed = asyncio.Event()
        self.is_complete = False
        self.interruption: EndReason | None = None

    @property
    def position(self) -> int:
        """The newest seq up to which nothing is missing."""
        return self._events.position

    @property
    def changed(self) -> asyncio.Event:
        """Is set at the next change; take it before looking, then wait for it."""
        return self._changed

    def on_joined(self) -> None:
        """Broadcasts arrive from now on; earlier ones may be missing."""
        self._is_joined = True
        self._request_read()

    def on_lost(self) -> None:
        """Broadcasts do not arrive until `on_joined`."""
        self._is_joined = False
        self._attention.set()

    def on_message(self, payload: JsonObject) -> None:
        """Take in one broadcast; one that cannot be understood is replaced from the log."""
        self._was_active = True
        self._silent_advances = 0
        try:
            events = parse_events(payload)
        except MalformedEventError as error:
            logger.warning("broadcast_malformed", reason=str(error))
            self._request_read()
        else:
            self._take_in(events)

    async def find_after(self, seq: int) -> tuple[RunEvent, ...]:
        """Return the next events after `seq`, from the log when they are no longer kept."""
        events = self._events.get_after(seq, BATCH_SIZE)
        if events is None:
            page = await self._log.find_after(seq)
            return page.events[:BATCH_SIZE]
        return events

    async def run(self) -> None:
        """Keep the events complete until the run has ended."""
        while not self.is_complete and self.interruption is None:
            reason = await self._wait_for_reason_to_read()
            if reason == "silence":
                await self._check_silence()
            elif reason is not None:
                await self._read_missing()

    def complete(self) -> None:
        """Nothing follows what is known; viewers end when they have seen it."""
        self.is_complete = True
        self._attention.set()
        self._announce_change()

    def interrupt(self, reason: EndReason) -> None:
        """End the streams of all viewers; they may come back."""
        self.interruption = reason
        self._attention.set()
        self._announce_change()

    async def _wait_for_reason_to_read(self) -> ReadReason | None:
        self._was_active = False
        timing = self._timing
        wait = timing.while_quiet if self._is_joined else timing.while_disconnected
        try:
            async with asyncio.timeout(wait.total_seconds()):
                await self._attention.wait()
        except TimeoutError:
            if not self._is_joined:
                return "disconnected"
            return None if self._was_active else "silence"
        self._attention.clear()
        return "gap" if self._is_stale else None

    async def _check_silence(self) -> None:
        before = self.position
        await self._read_missing()
        if self.position > before and not self._was_active:
            self._silent_advances += 1
        # Once may be a lost message or one on its way; twice is a topic that does not deliver.
        if self._silent_advances > 1:
            self._silent_advances = 0
            self._source.distrust()

    async def _read_missing(self) -> None:
        before = self.position
        try:
            while await self._read_page():
                pass
        except (AppError, MalformedEventError) as error:
            logger.warning("event_log_unreadable", reason=str(error))
            self._request_read()
            await self._pause()
            return
        # One read in vain may have begun before the missing events were committed.
        is_in_vain = self._is_stale and self.position == before
        self._reads_in_vain = self._reads_in_vain + 1 if is_in_vain else 0
        if self._reads_in_vain > 1:
            await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(self._timing.while_disconnected.total_seconds())

    async def _read_page(self) -> bool:
        """Read one page and tell whether there is more to read."""
        self._is_stale = False
        page = await self._log.read_after(self.position)
        if page.events and page.events[0].seq > self.position + 1:
            logger.error("event_log_incomplete", position=self.position)
            self.interrupt("interrupted")
        self._take_in(page.events)
        self._finish_if_over(page)
        return bool(page.events) and self.position < page.event_seq

    def _take_in(self, events: tuple[RunEvent, ...]) -> None:
        advanced = self._events.offer(events)
        if self._events.has_gap:
            self._request_read()
        newest = self._events.newest
        if newest is not None and newest.type == RUN_COMPLETED:
            self.complete()
        elif advanced:
            self._announce_change()

    def _finish_if_over(self, page: LogPage) -> None:
        if page.is_of_finished_run and self.position >= page.event_seq:
            self.complete()

    def _request_read(self) -> None:
        self._is_stale = True
        self._attention.set()

    def _announce_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
