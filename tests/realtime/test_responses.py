"""Streams on the wire, and what happens when the caller is gone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.realtime.models import EventBatch, Heartbeat, RunEvent, Snapshot, StreamEnd, StreamItem
from app.realtime.relay import RunEventRelay
from app.realtime.responses import RunEventResponse, encode_item
from tests.realtime.conditions import until
from tests.realtime.recorded_run import RecordedRun, Viewer

SCOPE: dict[str, Any] = {"type": "http", "asgi": {"spec_version": "2.3"}}


@pytest.mark.parametrize(
    ("item", "content"),
    [
        (Snapshot(7, "running", "{}"), b"event: snapshot\ndata: {}\nid: 7\n\n"),
        (
            EventBatch((RunEvent(8, "a", "{}"), RunEvent(9, "b", "[]"))),
            b"event: a\ndata: {}\nid: 8\n\nevent: b\ndata: []\nid: 9\n\n",
        ),
        (Heartbeat(), b": still here\n\n"),
        (StreamEnd("completed"), b""),
        (StreamEnd("token_expired"), b'event: reconnect\ndata: {"reason":"token_expired"}\n\n'),
    ],
)
def test_items_on_the_wire(item: StreamItem, content: bytes) -> None:
    assert encode_item(item) == content


@pytest.fixture
def run() -> RecordedRun:
    return RecordedRun()


@pytest.fixture
async def relay(run: RecordedRun) -> AsyncIterator[RunEventRelay]:
    async with RunEventRelay(run, run.read_log) as relay:
        yield relay


@pytest.mark.parametrize("is_stuck", [False, True])
async def test_the_run_is_let_go_when_the_caller_is_gone(
    run: RecordedRun, relay: RunEventRelay, *, is_stuck: bool
) -> None:
    """Whether the stream waits for events or for the caller to read them."""
    is_gone = asyncio.Event()
    content: list[bytes] = []

    async def receive() -> dict[str, Any]:
        await is_gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        content.append(message.get("body", b""))
        if is_stuck and b"test_completed" in content[-1]:
            await asyncio.Event().wait()

    stream = await relay.attach(run.run_id, Viewer(run))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(RunEventResponse(stream)(SCOPE, receive, send))
        await until(lambda: relay.viewer_counts == {run.run_id: 1})
        run.publish(1)
        await until(lambda: b"test_completed" in content[-1])
        is_gone.set()
    assert relay.viewer_counts == {}
    await until(lambda: run.listener is None)
