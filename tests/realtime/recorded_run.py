"""A run whose log is in memory and whose broadcasts can be lost: the relay's surroundings."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from app.core.clock import SystemClock
from app.core.errors import UnavailableError
from app.core.identifiers import RunId, create_identifier
from app.realtime.models import EventBatch, LogPage, RunEvent, Snapshot, StreamEnd
from app.realtime.relay import RunEventRelay
from app.realtime.topics import TopicListener

LATER = SystemClock().now() + timedelta(hours=1)


@dataclass
class RecordedRun:
    """The database and Realtime for one run. Everything it commits is in its log."""

    run_id: RunId = field(default_factory=lambda: RunId(create_identifier()))
    log: list[RunEvent] = field(default_factory=list[RunEvent])
    status: str = "running"
    reads: int = 0
    is_readable: bool = True
    joins_at_once: bool = True
    listener: TopicListener | None = None
    oldest_kept: int = 1
    distrusts: int = 0

    def commit(self, count: int, *, completing: bool = False) -> None:
        for _ in range(count):
            self._append("test_completed")
        if completing:
            self.status = "completed"
            self._append("run_completed")

    def broadcast(self, first: int, last: int) -> None:
        if self.listener is not None:
            events = self.log[first - 1 : last]
            self.listener.on_message({"events": [orjson.loads(event.encoded) for event in events]})

    def publish(self, count: int, *, completing: bool = False) -> None:
        first = len(self.log) + 1
        self.commit(count, completing=completing)
        self.broadcast(first, len(self.log))

    @contextmanager
    def listening(self, topic_name: str, listener: TopicListener) -> Generator[None]:
        assert topic_name == f"run:{self.run_id}"
        assert self.listener is None
        self.listener = listener
        if self.joins_at_once:
            listener.on_joined()
        try:
            yield
        finally:
            self.listener = None

    def distrust(self) -> None:
        self.distrusts += 1

    async def read_log(self, run_id: RunId, after_seq: int, limit: int) -> LogPage:
        assert run_id == self.run_id
        self.reads += 1
        page = self.get_page(after_seq, limit)
        # The answer is on its way while the run goes on.
        await asyncio.sleep(0)
        if not self.is_readable:
            raise UnavailableError
        return page

    def get_page(self, after_seq: int, limit: int) -> LogPage:
        start = max(after_seq, self.oldest_kept - 1)
        return LogPage(tuple(self.log[start : start + limit]), len(self.log), self.status)

    def _append(self, event_type: str) -> None:
        seq = len(self.log) + 1
        document = {"seq": seq, "type": event_type, "data": {"key": f"test-{seq}"}}
        self.log.append(RunEvent.from_document(document))


@dataclass
class Viewer:
    """Somebody who may see the run, and what they saw of it."""

    run: RecordedRun
    expires_at: datetime = LATER
    is_member: bool = True
    page_size: int = 500
    first_seq: int | None = None
    seen: list[int] = field(default_factory=list[int])
    end: str | None = None

    async def load_snapshot(self) -> Snapshot | None:
        snapshot = Snapshot(len(self.run.log), self.run.status, "{}")
        await asyncio.sleep(0)
        return snapshot if self.is_member else None

    async def read_log(self, after_seq: int) -> LogPage | None:
        page = self.run.get_page(after_seq, self.page_size)
        await asyncio.sleep(0)
        return page if self.is_member else None

    async def watch(self, relay: RunEventRelay, after_seq: int | None = None) -> None:
        stream = await relay.attach(self.run.run_id, self, after_seq)
        self.first_seq = after_seq
        async for item in stream.iter_items():
            match item:
                case Snapshot():
                    self.first_seq = item.seq
                case EventBatch():
                    self.seen += [event.seq for event in item.events]
                case StreamEnd():
                    self.end = item.reason
                case _:
                    pass

    @property
    def expected(self) -> list[int]:
        assert self.first_seq is not None
        return list(range(self.first_seq + 1, len(self.run.log) + 1))
