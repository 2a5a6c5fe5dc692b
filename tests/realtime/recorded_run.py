"""A run whose log is in memory and whose broadcasts can be lost: the relay's surroundings."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import orjson
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from app.auth.principal import Principal
from app.auth.tokens import TokenVerifier
from app.core.clock import SystemClock
from app.core.errors import AppError, NotFoundError, UnavailableError
from app.core.identifiers import UserId
from app.realtime.connections import ConnectionLimits
from app.realtime.metrics import RelayMetrics
from app.realtime.models import Event, LogPage, Snapshot
from app.realtime.presence import PresenceExchange
from app.realtime.relay import EventRelay, RelayOptions, RelayTiming
from app.realtime.service import EventService, EventStream
from app.realtime.tickets import TicketOffice
from app.realtime.topics import TopicListener, TopicName

LATER = SystemClock().now() + timedelta(hours=1)
METRICS = RelayMetrics(CollectorRegistry())
SECRET = SecretStr("a key of the tests")
TICKETS = TicketOffice(SECRET, SystemClock())


def create_principal(user_id: UserId | None = None, expires_at: Any = LATER) -> Principal:
    return Principal(user_id or UserId(uuid4()), uuid4().hex, expires_at)


@dataclass
class RecordedRun:
    """The database and Realtime for one run. Everything it commits is in its log."""

    topic: TopicName = field(default_factory=lambda: TopicName("run", uuid4()))
    log: list[Event] = field(default_factory=list[Event])
    status: str = "running"
    reads: int = 0
    snapshots: int = 0
    questions: list[UserId] = field(default_factory=list[UserId])
    strangers: set[UserId] = field(default_factory=set[UserId])
    refusal: AppError | None = None
    is_readable: bool = True
    joins_at_once: bool = True
    listener: TopicListener | None = None
    oldest_kept: int = 1
    distrusts: int = 0
    shown: list[Mapping[str, object]] = field(default_factory=list[Mapping[str, object]])
    page_size: int = 500

    def commit(self, count: int, *, completing: bool = False) -> None:
        for _ in range(count):
            self._append("test_completed")
        if completing:
            self.status = "completed"
            self._append("run_completed")

    def broadcast(self, first: int, last: int, **members: str) -> None:
        if self.listener is not None:
            events = [orjson.loads(event.encoded) for event in self.log[first - 1 : last]]
            self.listener.on_message({"events": events, **members})

    def publish(self, count: int, *, completing: bool = False) -> None:
        first = len(self.log) + 1
        self.commit(count, completing=completing)
        self.broadcast(first, len(self.log))

    @contextmanager
    def listening(self, topic_name: str, listener: TopicListener) -> Generator[None]:
        assert topic_name == str(self.topic)
        assert self.listener is None
        self.listener = listener
        if self.joins_at_once:
            listener.on_joined()
        try:
            yield
        finally:
            self.listener = None

    def show_presence(self, topic_name: str, payload: Mapping[str, object]) -> None:
        assert topic_name == str(self.topic)
        self.shown.append(payload)

    def distrust(self) -> None:
        self.distrusts += 1

    async def list_readable(
        self, principal: Principal, topics: frozenset[TopicName]
    ) -> frozenset[TopicName]:
        self.questions.append(principal.user_id)
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        return frozenset() if principal.user_id in self.strangers else topics & {self.topic}

    async def read_snapshot(self, topic: TopicName) -> Snapshot:
        if topic != self.topic:
            raise NotFoundError
        self.snapshots += 1
        snapshot = Snapshot(len(self.log), self.status, b'{"results":[]}')
        await self._travel()
        return snapshot

    async def read_log(self, topic: TopicName, after_seq: int, limit: int) -> LogPage:
        assert topic == self.topic
        self.reads += 1
        page = self.get_page(after_seq, min(limit, self.page_size))
        await self._travel()
        return page

    def get_page(self, after_seq: int, limit: int) -> LogPage:
        start = max(after_seq, self.oldest_kept - 1)
        return LogPage(tuple(self.log[start : start + limit]), len(self.log), self.status)

    async def _travel(self) -> None:
        """The answer is on its way while the run goes on."""
        await asyncio.sleep(0)
        if not self.is_readable:
            raise UnavailableError

    def _append(self, event_type: str) -> None:
        seq = len(self.log) + 1
        document = {"seq": seq, "type": event_type, "data": {"key": f"test-{seq}"}}
        self.log.append(Event.from_document(document, self.topic))


def create_relay(
    run: RecordedRun, timing: RelayTiming, limits: ConnectionLimits | None = None
) -> EventRelay:
    clock = SystemClock()
    options = RelayOptions(limits or ConnectionLimits(), timing)
    return EventRelay(run, run, PresenceExchange(run, SECRET, clock), options, clock)


def create_service(relay: EventRelay) -> EventService:
    """Streams without HTTP: nobody shows a token."""
    verifier = cast("TokenVerifier", None)
    return EventService(relay, METRICS, verifier, TICKETS, SystemClock())


async def open_stream(
    relay: EventRelay, run: RecordedRun, principal: Principal, after_seq: int | None = None
) -> EventStream:
    return await create_service(relay).open_stream(principal, run.topic, after_seq)


@dataclass
class Viewer:
    """Somebody who watches the run, and what they saw of it."""

    run: RecordedRun
    principal: Principal = field(default_factory=create_principal)
    first_seq: int | None = None
    seen: list[int] = field(default_factory=list[int])
    snapshots: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    state: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    heartbeats: int = 0
    end: str | None = None

    async def watch(self, relay: EventRelay, after_seq: int | None = None) -> None:
        self.first_seq = after_seq
        await self.follow(await open_stream(relay, self.run, self.principal, after_seq))

    async def follow(self, stream: EventStream) -> None:
        try:
            while (reason := stream.find_end()) is None:
                await self._take_from(stream)
            self.end = reason
        finally:
            stream.close()

    async def _take_from(self, stream: EventStream) -> None:
        frame = await stream.take()
        if frame is None:
            self.heartbeats += stream.connection.is_heartbeat_due
        for envelope in orjson.loads(frame.message) if frame else ():
            self._see(envelope)
        stream.connection.end_sending()

    def _see(self, envelope: Mapping[str, Any]) -> None:
        if envelope["type"] == "snapshot":
            self.snapshots.append(envelope)
            self.first_seq = envelope["seq"]
            self.seen.clear()
        elif envelope["seq"] is None:
            self.state[envelope["type"]] = envelope["data"]
        else:
            self.seen.append(envelope["seq"])

    @property
    def expected(self) -> list[int]:
        """What follows the latest snapshot, or where they resumed."""
        assert self.first_seq is not None
        return list(range(self.first_seq + 1, len(self.run.log) + 1))
