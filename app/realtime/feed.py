"""One watched topic: kept complete in this process by broadcasts and by the log."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from app.core.clock import Clock
from app.core.errors import AppError
from app.core.logging import get_logger
from app.realtime.archive import TopicArchive
from app.realtime.condition import FeedCondition
from app.realtime.models import (
    RUN_COMPLETED,
    Broadcast,
    EndReason,
    Event,
    JsonObject,
    LogPage,
    MalformedEventError,
)
from app.realtime.presence import PresenceExchange, TopicPresence
from app.realtime.snapshots import SnapshotDesk
from app.realtime.topics import TopicName, TopicSource
from app.realtime.window import Window

ReadReason = Literal["gap", "disconnected", "silence"]

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FeedTiming:
    """How often the log is read although no broadcast asks for it."""

    while_disconnected: timedelta = timedelta(seconds=1)
    while_quiet: timedelta = timedelta(seconds=5)
    """The last broadcasts of a burst may be lost, and then nothing later shows the gap."""
    longest_quiet: timedelta = timedelta(seconds=30)
    """The wait doubles up to this while the log confirms that nothing happens."""
    until_degraded: timedelta = timedelta(seconds=2)


class TopicFeed:
    """
    Keeps the window of one topic complete and in order.

    It listens to the topic. The log is the truth: it is read after every (re)join, at every
    gap, and regularly while broadcasts do not arrive. Broadcasts only make it fast.
    """

    def __init__(
        self,
        topic: TopicName,
        archive: TopicArchive,
        source: TopicSource,
        exchange: PresenceExchange,
        timing: FeedTiming,
        clock: Clock,
    ) -> None:
        self.topic = topic
        self.archive = archive
        self.window = Window()
        self.presence = TopicPresence(topic, self.window, clock)
        self.snapshots = SnapshotDesk(topic, archive, self.window, self.presence, clock)
        self._source = source
        self._exchange = exchange
        self._timing = timing
        self._clock = clock
        self._condition = FeedCondition(topic, self.window, timing.until_degraded, clock)
        self._opening = asyncio.Lock()
        self._opened = asyncio.Event()
        self._is_stale = False
        self._was_active = False
        self._quiet_wait = timing.while_quiet
        self._reads_in_vain = 0
        self._silent_advances = 0
        self._attention = asyncio.Event()
        self.is_complete = False
        self.interruption: EndReason | None = None

    @property
    def is_degraded(self) -> bool:
        """Whether the viewers were told to be patient."""
        return self._condition.is_degraded

    async def open(self) -> None:
        """Find out where the topic stands; raises what `TopicReader` raises."""
        async with self._opening:
            if self._opened.is_set():
                return
            snapshot = await self.archive.get_snapshot(0)
            self.window.begin_at(snapshot.seq)
            if snapshot.is_of_finished_run:
                self.complete()
            self._opened.set()

    async def wait_until_open(self) -> None:
        """Return when it is known where the topic stands."""
        await self._opened.wait()

    def on_joined(self) -> None:
        """Broadcasts arrive from now on; earlier ones may be missing."""
        self._condition.report_joined()
        self._request_read()

    def on_lost(self) -> None:
        """Broadcasts do not arrive until `on_joined`."""
        self._condition.report_lost()
        self._attention.set()

    def on_message(self, payload: JsonObject) -> None:
        """Take in one broadcast; one that cannot be understood is replaced from the log."""
        self._was_active = True
        self._silent_advances = 0
        self._quiet_wait = self._timing.while_quiet
        try:
            broadcast = Broadcast.from_payload(payload, self.topic)
        except MalformedEventError as error:
            logger.warning("broadcast_malformed", topic=str(self.topic), reason=str(error))
            self._request_read()
        else:
            self._take_in(broadcast.events, self._locate(broadcast))

    def on_presence(self, others: Sequence[JsonObject]) -> None:
        """Take in what other processes tell of their viewers."""
        self.presence.report_elsewhere(self._exchange.read(self.topic, others))

    def tell_presence(self) -> None:
        """Tell viewers and other processes who has come and gone."""
        self.presence.announce()
        self._exchange.publish(self.presence)

    async def run(self) -> None:
        """Keep the window complete, once it is open, until the run has ended."""
        while not self.is_complete and self.interruption is None:
            reason = await self._wait_for_reason_to_read()
            self._condition.update()
            if reason == "silence":
                await self._check_silence()
            elif reason is not None:
                await self._read_missing()

    def complete(self) -> None:
        """Nothing follows what is known; viewers end when they have seen it."""
        self.is_complete = True
        self._attention.set()
        self.window.wake_viewers()

    def interrupt(self, reason: EndReason) -> None:
        """End the subscriptions of all viewers; they may come back."""
        self.interruption = reason
        self._attention.set()
        self.window.wake_viewers()

    async def _wait_for_reason_to_read(self) -> ReadReason | None:
        self._was_active = False
        is_joined = self._condition.is_joined
        wait = self._quiet_wait if is_joined else self._timing.while_disconnected
        try:
            async with asyncio.timeout(wait.total_seconds()):
                await self._attention.wait()
        except TimeoutError:
            if not self._condition.is_joined:
                return "disconnected"
            return None if self._was_active else "silence"
        self._attention.clear()
        return "gap" if self._is_stale else None

    async def _check_silence(self) -> None:
        before = self.window.position
        await self._read_missing()
        if self.window.position == before:
            self._quiet_wait = min(2 * self._quiet_wait, self._timing.longest_quiet)
        elif not self._was_active:
            self._silent_advances += 1
        # Once may be a lost message or one on its way; twice is a topic that does not deliver.
        if self._silent_advances > 1:
            self._silent_advances = 0
            self._source.distrust()

    async def _read_missing(self) -> None:
        before = self.window.position
        try:
            while await self._read_page():
                pass
        except (AppError, MalformedEventError) as error:
            logger.warning("event_log_unreadable", topic=str(self.topic), reason=str(error))
            self._condition.report_log(is_readable=False)
            self._request_read()
            await self._pause()
            return
        self._condition.report_log(is_readable=True)
        # One read in vain may have begun before the missing events were committed.
        is_in_vain = self._is_stale and self.window.position == before
        self._reads_in_vain = self._reads_in_vain + 1 if is_in_vain else 0
        if self._reads_in_vain > 1:
            await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(self._timing.while_disconnected.total_seconds())

    async def _read_page(self) -> bool:
        """Read one page and tell whether there is more to read."""
        self._is_stale = False
        page = await self.archive.read_after(self.window.position)
        if page.events and page.events[0].seq > self.window.position + 1:
            logger.error("event_log_incomplete", topic=str(self.topic))
            self.interrupt("interrupted")
        self._take_in(page.events)
        self._finish_if_over(page)
        return bool(page.events) and self.window.position < page.event_seq

    def _take_in(self, events: tuple[Event, ...], announced_at: float | None = None) -> None:
        self.window.offer(events, announced_at)
        if self.window.has_gap:
            self._request_read()
        newest = self.window.newest
        # A project goes on after the end of one of its runs.
        if self.topic.kind == "run" and newest is not None and newest.type == RUN_COMPLETED:
            self.complete()

    def _finish_if_over(self, page: LogPage) -> None:
        if page.is_of_finished_run and self.window.position >= page.event_seq:
            self.complete()

    def _locate(self, broadcast: Broadcast) -> float | None:
        """When it was announced, on the stopwatch; the clocks of both machines should agree."""
        if broadcast.announced_at is None:
            return None
        age = self._clock.now() - broadcast.announced_at
        return self._clock.monotonic() - age.total_seconds()

    def _request_read(self) -> None:
        self._is_stale = True
        self._attention.set()
