"""The fan-out: any number of viewers, one upstream topic and one feed per watched run."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Protocol, Self

from app.core.clock import Clock, SystemClock
from app.core.errors import NotFoundError
from app.core.identifiers import RunId
from app.core.logging import get_logger
from app.realtime.errors import RelayClosedError
from app.realtime.feed import FeedTiming, RunFeed
from app.realtime.log import ReadLog, RunLog
from app.realtime.models import EventBatch, LogPage, Snapshot
from app.realtime.stream import Opening, RunStream, StreamTiming
from app.realtime.tasks import OwnedTasks
from app.realtime.topics import TopicSource

logger = get_logger(__name__)


class RunViewer(Protocol):
    """Reads one run with the rights of whoever wants to watch it; None means not visible."""

    @property
    def expires_at(self) -> datetime:
        """When these rights end."""
        ...

    async def load_snapshot(self) -> Snapshot | None:
        """Read the run as it is now."""
        ...

    async def read_log(self, after_seq: int) -> LogPage | None:
        """Read the events that follow `after_seq`."""
        ...


@dataclass(frozen=True, slots=True)
class RelayTiming:
    """All waits of the relay."""

    feed: FeedTiming = field(default_factory=FeedTiming)
    stream: StreamTiming = field(default_factory=StreamTiming)


@dataclass(slots=True)
class _WatchedRun:
    feed: RunFeed
    task: asyncio.Task[None] | None
    viewers: int = 0


class RunEventRelay:
    """
    Streams the events of runs to viewers for as long as it is entered.

    `read_log` reads any run's event log; viewers are authorised by their own reads in `attach`.
    """

    def __init__(
        self,
        upstream: TopicSource,
        read_log: ReadLog,
        clock: Clock | None = None,
        timing: RelayTiming | None = None,
    ) -> None:
        self._upstream = upstream
        self._read_log = read_log
        self._clock = clock or SystemClock()
        self._timing = timing or RelayTiming()
        self._tasks = OwnedTasks()
        self._runs: dict[RunId, _WatchedRun] = {}
        self._is_closed = False

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        await self._tasks.__aexit__(exception_type, exception, traceback)

    @property
    def viewer_counts(self) -> dict[RunId, int]:
        """How many viewers follow each watched run."""
        return {run_id: watched.viewers for run_id, watched in self._runs.items()}

    def close(self) -> None:
        """End every stream, telling its viewer to come back, and accept no new one."""
        self._is_closed = True
        for watched in self._runs.values():
            watched.feed.interrupt("shutting_down")

    async def attach(
        self, run_id: RunId, viewer: RunViewer, after_seq: int | None = None
    ) -> RunStream:
        """
        Authorise the viewer and return its stream; nothing is joined before it is iterated.

        With `after_seq` the stream begins with the event that follows it, without it (or when the
        log does not reach back that far) with a snapshot.
        Raises `NotFoundError`, `RelayClosedError`, and what the viewer's reads raise.
        """
        if self._is_closed:
            raise RelayClosedError
        opening = await _find_resumption(viewer, after_seq) or await _open_with_snapshot(viewer)
        watching = partial(self._watching, run_id, opening)
        return RunStream(opening, watching, viewer.expires_at, self._clock, self._timing.stream)

    @contextmanager
    def _watching(self, run_id: RunId, opening: Opening) -> Generator[RunFeed]:
        watched = self._runs.get(run_id)
        if watched is None or watched.feed.interruption is not None:
            watched = self._runs[run_id] = self._start_feed(run_id, opening)
        watched.viewers += 1
        try:
            yield watched.feed
        finally:
            watched.viewers -= 1
            if watched.viewers == 0:
                self._forget(run_id, watched)

    def _start_feed(self, run_id: RunId, opening: Opening) -> _WatchedRun:
        log = RunLog(run_id, self._read_log)
        feed = RunFeed(log, self._upstream, opening.head, self._timing.feed)
        if opening.is_of_finished_run:
            feed.complete()
        if self._is_closed:
            feed.interrupt("shutting_down")
            return _WatchedRun(feed, task=None)
        return _WatchedRun(feed, self._tasks.start(self._keep(run_id, feed), f"feed-{run_id}"))

    def _forget(self, run_id: RunId, watched: _WatchedRun) -> None:
        if watched.task is not None:
            watched.task.cancel()
        # After an interruption another feed may have taken the place of this one.
        if self._runs.get(run_id) is watched:
            del self._runs[run_id]

    async def _keep(self, run_id: RunId, feed: RunFeed) -> None:
        if feed.is_complete:
            return
        try:
            with self._upstream.listening(f"run:{run_id}", feed):
                await feed.run()
        except Exception:
            # A mistake in one feed must not end the streams of other runs.
            logger.exception("feed_failed", run_id=str(run_id))
            feed.interrupt("interrupted")


async def _open_with_snapshot(viewer: RunViewer) -> Opening:
    snapshot = await viewer.load_snapshot()
    if snapshot is None:
        raise NotFoundError
    return Opening(snapshot, snapshot.seq, snapshot.seq, snapshot.is_of_finished_run)


async def _find_resumption(viewer: RunViewer, after_seq: int | None) -> Opening | None:
    if after_seq is None:
        return None
    page = await viewer.read_log(after_seq)
    if page is None:
        raise NotFoundError
    if not page.continues(after_seq):
        return None
    first = EventBatch(page.events) if page.events else None
    cursor = page.events[-1].seq if page.events else after_seq
    return Opening(first, cursor, page.event_seq, page.is_of_finished_run)
