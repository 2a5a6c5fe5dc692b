"""Streams on the wire, and what happens when the caller is gone or stuck."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app.realtime.events import EventEnvelope, Reconnect
from app.realtime.feed import FeedTiming
from app.realtime.frames import Frame
from app.realtime.models import Envelope
from app.realtime.relay import EventRelay, RelayTiming
from app.realtime.responses import LARGEST_WRITE, EventStreamResponse
from app.realtime.supervision import SupervisionTiming
from tests.realtime.conditions import until
from tests.realtime.recorded_run import RecordedRun, create_principal, create_relay, open_stream

SCOPE: dict[str, Any] = {"type": "http", "path": "/runs/1/events"}
A_MOMENT = timedelta(milliseconds=1)
TIMING = RelayTiming(
    FeedTiming(),
    SupervisionTiming(
        between_looks=A_MOMENT, longest_send=5 * A_MOMENT, longest_farewell=5 * A_MOMENT
    ),
)


def test_a_frame_on_the_wire() -> None:
    frame = Frame((Envelope("a", b"{}", 8), Envelope("presence", b"[]", None)), 8)
    assert frame.server_sent == b"event: a\ndata: {}\nid: 8\n\nevent: presence\ndata: []\n\n"
    assert frame.message == "[{},[]]"


@pytest.fixture
def run() -> RecordedRun:
    return RecordedRun()


@pytest.fixture
async def relay(run: RecordedRun) -> AsyncIterator[EventRelay]:
    async with create_relay(run, TIMING) as relay:
        yield relay


class Caller:
    """The server's side of a response: what was sent, and a caller who may stop reading."""

    def __init__(self) -> None:
        self.is_gone = asyncio.Event()
        self.is_reading = asyncio.Event()
        self.is_reading.set()
        self.content = b""
        self.largest_write = 0
        self.is_complete = False

    async def receive(self) -> dict[str, Any]:
        await self.is_gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.is_reading.wait()
        body = message.get("body", b"")
        self.content += body
        self.largest_write = max(self.largest_write, len(body))
        is_body = message["type"] == "http.response.body"
        self.is_complete = is_body and not message.get("more_body", False)


async def test_the_run_is_let_go_when_the_caller_is_gone(
    run: RecordedRun, relay: EventRelay
) -> None:
    caller = Caller()
    stream = await open_stream(relay, run, create_principal())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(EventStreamResponse(stream)(SCOPE, caller.receive, caller.send))
        run.publish(1)
        await until(lambda: b"test_completed" in caller.content)
        caller.is_gone.set()
    assert (relay.viewer_counts, len(relay.connections)) == ({}, 0)
    await until(lambda: run.listener is None)


async def test_a_caller_who_takes_nothing_is_dropped(run: RecordedRun, relay: EventRelay) -> None:
    caller = Caller()
    stream = await open_stream(relay, run, create_principal())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(EventStreamResponse(stream)(SCOPE, caller.receive, caller.send))
        await until(lambda: b"snapshot" in caller.content)
        caller.is_reading.clear()
        run.publish(1)
    assert stream.find_end() == "too_slow"
    assert not caller.is_complete
    assert (relay.viewer_counts, len(relay.connections)) == ({}, 1), "its socket still exists"
    caller.is_gone.set()
    await until(lambda: len(relay.connections) == 0)


async def test_a_caller_who_takes_nothing_does_not_delay_the_end_of_the_process(
    run: RecordedRun, relay: EventRelay
) -> None:
    caller = Caller()
    stream = await open_stream(relay, run, create_principal())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(EventStreamResponse(stream)(SCOPE, caller.receive, caller.send))
        caller.is_reading.clear()
        relay.close()
    assert stream.find_end() == "shutting_down"


async def test_a_stream_that_ends_early_says_why(run: RecordedRun, relay: EventRelay) -> None:
    caller = Caller()
    stream = await open_stream(relay, run, create_principal())
    stream.connection.end("lifetime")
    await EventStreamResponse(stream)(SCOPE, caller.receive, caller.send)
    last = caller.content.decode().split("\n\n")[-2].splitlines()
    assert last[0] == "event: reconnect"
    envelope = EventEnvelope[Reconnect].model_validate_json(last[1].removeprefix("data: "))
    assert (envelope.topic, envelope.data.reason) == (str(run.topic), "lifetime")
    assert caller.is_complete


async def test_a_large_snapshot_is_sent_in_parts(run: RecordedRun, relay: EventRelay) -> None:
    run.commit(3_000, completing=True)
    caller = Caller()
    stream = await open_stream(relay, run, create_principal(), after_seq=0)
    await EventStreamResponse(stream)(SCOPE, caller.receive, caller.send)
    assert caller.is_complete
    assert len(caller.content) > LARGEST_WRITE == caller.largest_write
    assert caller.content.count(b"\nid: ") == 3_001
