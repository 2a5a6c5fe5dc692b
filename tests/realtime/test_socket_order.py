"""What a socket is sent, and in which order, while the database takes its time."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, cast

import pytest
from starlette.types import Message
from starlette.websockets import WebSocket

from app.auth.principal import Principal
from app.auth.tokens import TokenVerifier
from app.core.clock import SystemClock
from app.core.identifiers import UserId
from app.realtime.connections import ConnectionLimits
from app.realtime.models import LogPage, Snapshot
from app.realtime.presence import PresenceExchange
from app.realtime.relay import EventRelay, RelayOptions
from app.realtime.service import EventService
from app.realtime.sockets import serve_socket
from app.realtime.topics import TopicListener, TopicName
from tests.realtime.conditions import until
from tests.realtime.recorded_run import METRICS, SECRET, TICKETS, RecordedRun, create_principal


class RecordedRuns:
    """Some runs; a read whose name is held waits until it is released."""

    def __init__(self, count: int) -> None:
        self.runs = [RecordedRun(page_size=7) for _ in range(count)]
        self.waiting: set[str] = set()
        self.asked: set[UserId] = set()
        self._by_topic = {run.topic: run for run in self.runs}
        self._held: dict[str, asyncio.Event] = {}

    def hold(self, read: str) -> None:
        self._held[read] = asyncio.Event()

    def release(self, read: str) -> None:
        self._held.pop(read).set()

    def release_all(self) -> None:
        for read in tuple(self._held):
            self.release(read)

    async def read_snapshot(self, topic: TopicName) -> Snapshot:
        await self._pass(f"{topic} snapshot")
        return await self._by_topic[topic].read_snapshot(topic)

    async def read_log(self, topic: TopicName, after_seq: int, limit: int) -> LogPage:
        await self._pass(f"{topic} after {after_seq}")
        return await self._by_topic[topic].read_log(topic, after_seq, limit)

    async def list_readable(
        self, principal: Principal, topics: frozenset[TopicName]
    ) -> frozenset[TopicName]:
        self.asked.add(principal.user_id)
        return topics

    def listening(self, topic_name: str, listener: TopicListener) -> AbstractContextManager[None]:
        return self._by_topic[TopicName.parse(topic_name)].listening(topic_name, listener)

    def show_presence(self, topic_name: str, payload: Mapping[str, object]) -> None:
        """Nobody else is there."""

    def distrust(self) -> None:
        raise AssertionError

    async def _pass(self, read: str) -> None:
        if read in self._held:
            self.waiting.add(read)
            await self._held[read].wait()


class OneCaller:
    """Believes every token."""

    def __init__(self) -> None:
        self._principal = create_principal()

    async def verify(self, _token: str) -> Principal:
        return self._principal


class Peer:
    """The other side of a socket, as the server shows it to the service."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self._said = asyncio.Queue[Message]()
        self._said.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "subprotocols": ["bearer.token"], "path": "/", "headers": []}
        self.socket = WebSocket(scope, self._said.get, self._take)

    def say(self, message_type: str, topic: TopicName, **members: Any) -> None:
        text = json.dumps({"type": message_type, "topic": str(topic), **members})
        self._said.put_nowait({"type": "websocket.receive", "text": text})

    @property
    def has_been_heard(self) -> bool:
        """Whether the service has taken all that was said."""
        return self._said.empty()

    def leave(self) -> None:
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1005})

    def list_types(self, topic: TopicName) -> list[str]:
        return [item["type"] for item in self.received if item["topic"] == str(topic)]

    async def _take(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            self.received += json.loads(message["text"])


@pytest.fixture
def store() -> RecordedRuns:
    """Three runs; the first one has events that are read page by page."""
    runs = RecordedRuns(3)
    runs.runs[0].commit(30)
    return runs


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
async def serving(store: RecordedRuns, peer: Peer) -> AsyncIterator[asyncio.Task[None]]:
    clock = SystemClock()
    exchange = PresenceExchange(store, SECRET, clock)
    options = RelayOptions(ConnectionLimits(total=1))
    async with EventRelay(store, store, exchange, options, clock) as relay:
        verifier = cast("TokenVerifier", OneCaller())
        service = EventService(relay, METRICS, verifier, TICKETS, clock)
        task = asyncio.create_task(serve_socket(peer.socket, service, None))
        yield task
        store.release_all()
        peer.leave()
        await task
        assert len(relay.connections) == 0


def ask_for_slow_page(store: RecordedRuns, peer: Peer) -> str:
    """Follow the first run from its beginning, and return the name of the read that is held."""
    page = f"{store.runs[0].topic} after 7"
    store.hold(page)
    peer.say("subscribe", store.runs[0].topic, after_seq=0)
    return page


@pytest.mark.usefixtures("serving")
async def test_the_last_place_can_be_taken(store: RecordedRuns, peer: Peer) -> None:
    peer.say("subscribe", store.runs[0].topic)
    await until(lambda: "snapshot" in peer.list_types(store.runs[0].topic))


@pytest.mark.usefixtures("serving")
async def test_what_is_asked_for_while_another_topic_is_read_is_answered_before_it_comes(
    store: RecordedRuns, peer: Peer
) -> None:
    first, second, third = (run.topic for run in store.runs)
    page = ask_for_slow_page(store, peer)
    for topic in (second, third):
        store.hold(f"{topic} snapshot")
        peer.say("subscribe", topic)
    await until(lambda: store.waiting == {page, f"{second} snapshot"})
    store.release(f"{second} snapshot")
    await until(lambda: f"{third} snapshot" in store.waiting)
    store.release(page)
    await until(lambda: "snapshot" in peer.list_types(second))
    assert peer.list_types(second)[0] == "subscribed"
    await until(lambda: peer.list_types(first).count("test_completed") == 30)


@pytest.mark.usefixtures("serving")
async def test_nothing_follows_of_a_topic_that_was_left_while_another_one_is_read(
    store: RecordedRuns, peer: Peer
) -> None:
    first, second, third = (run.topic for run in store.runs)
    page = ask_for_slow_page(store, peer)
    store.hold(f"{second} snapshot")
    store.hold(f"{third} snapshot")
    peer.say("subscribe", second)
    await until(lambda: store.waiting == {page, f"{second} snapshot"})
    store.release(f"{second} snapshot")
    peer.say("unsubscribe", second)
    peer.say("subscribe", third)
    await until(lambda: f"{third} snapshot" in store.waiting)
    store.release(page)
    await until(lambda: peer.list_types(first).count("test_completed") == 30)
    assert peer.list_types(second) == ["subscribed", "unsubscribed"]


async def test_nothing_is_written_to_who_has_left(
    store: RecordedRuns, peer: Peer, serving: asyncio.Task[None]
) -> None:
    page = ask_for_slow_page(store, peer)
    await until(lambda: page in store.waiting)
    count = len(peer.received)
    peer.leave()
    await until(lambda: peer.has_been_heard)
    store.release(page)
    await serving
    assert len(peer.received) == count
