"""The relay's rules one by one, on a run in memory."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.core.errors import NotFoundError
from app.realtime.errors import RelayClosedError
from app.realtime.feed import EVENTS_KEPT, FeedTiming
from app.realtime.models import EventBatch, Heartbeat, Snapshot, StreamEnd
from app.realtime.relay import RelayTiming, RunEventRelay
from app.realtime.stream import StreamTiming
from tests.realtime.conditions import until
from tests.realtime.recorded_run import LATER, RecordedRun, Viewer

UNHURRIED = RelayTiming(
    FeedTiming(while_disconnected=timedelta(seconds=30), while_quiet=timedelta(seconds=30)),
    StreamTiming(between_heartbeats=timedelta(seconds=30)),
)


@pytest.fixture
def run() -> RecordedRun:
    return RecordedRun()


@pytest.fixture
async def relay(run: RecordedRun) -> AsyncIterator[RunEventRelay]:
    """Reads the log only for a reason: its clocks hardly tick."""
    async with RunEventRelay(run, run.read_log, timing=UNHURRIED) as relay:
        yield relay


async def test_events_arrive_as_they_are_broadcast(run: RecordedRun, relay: RunEventRelay) -> None:
    run.commit(3)
    viewer = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads == 1)
        run.publish(2)
        await until(lambda: viewer.seen == [4, 5])
        run.publish(1, completing=True)
    assert (viewer.seen, viewer.end) == ([4, 5, 6, 7], "completed")
    assert run.reads == 1, "once after the join, and then never"


async def test_a_finished_run_is_a_snapshot_and_the_end(
    run: RecordedRun, relay: RunEventRelay
) -> None:
    run.commit(3, completing=True)
    stream = await relay.attach(run.run_id, Viewer(run))
    items = [item async for item in stream.iter_items()]
    assert items == [Snapshot(4, "completed", "{}"), StreamEnd("completed")]
    assert not stream.is_empty
    assert relay.viewer_counts == {}


async def test_a_finished_run_seen_to_its_end_is_empty(
    run: RecordedRun, relay: RunEventRelay
) -> None:
    run.commit(3, completing=True)
    assert (await relay.attach(run.run_id, Viewer(run), after_seq=4)).is_empty


async def test_a_finished_run_is_resumed_from_the_log(
    run: RecordedRun, relay: RunEventRelay
) -> None:
    run.commit(30, completing=True)
    viewer = Viewer(run, page_size=7)
    await viewer.watch(relay, after_seq=5)
    assert (viewer.seen, viewer.end) == (list(range(6, 32)), "completed")


@pytest.mark.parametrize("oldest_kept", [1, 3])
async def test_what_cannot_be_resumed_begins_with_a_snapshot(
    run: RecordedRun, relay: RunEventRelay, oldest_kept: int
) -> None:
    run.commit(5, completing=True)
    run.oldest_kept = oldest_kept
    after_seq = 99 if oldest_kept == 1 else 1
    stream = await relay.attach(run.run_id, Viewer(run), after_seq)
    items = [item async for item in stream.iter_items()]
    assert items == [Snapshot(6, "completed", "{}"), StreamEnd("completed")]


@pytest.mark.parametrize("after_seq", [None, 0])
async def test_a_stranger_is_refused_and_nothing_is_joined(
    run: RecordedRun, relay: RunEventRelay, after_seq: int | None
) -> None:
    with pytest.raises(NotFoundError):
        await relay.attach(run.run_id, Viewer(run, is_member=False), after_seq)
    assert run.listener is None


async def test_the_topic_is_left_after_the_last_viewer(
    run: RecordedRun, relay: RunEventRelay
) -> None:
    first = (await relay.attach(run.run_id, Viewer(run))).iter_items()
    second = (await relay.attach(run.run_id, Viewer(run))).iter_items()
    run.commit(1)
    for stream in (first, second):
        assert isinstance(await anext(stream), Snapshot)
        assert isinstance(await anext(stream), EventBatch)
    assert relay.viewer_counts == {run.run_id: 2}
    await first.aclose()
    assert run.listener is not None
    await second.aclose()
    await until(lambda: run.listener is None)
    assert relay.viewer_counts == {}


async def test_a_stream_ends_with_the_token(run: RecordedRun, relay: RunEventRelay) -> None:
    soon = LATER - timedelta(hours=1) + timedelta(milliseconds=100)
    viewer = Viewer(run, expires_at=soon)
    await viewer.watch(relay)
    assert viewer.end == "token_expired"


async def test_closing_ends_the_streams_and_refuses_new_ones(
    run: RecordedRun, relay: RunEventRelay
) -> None:
    run.commit(1)
    viewer = Viewer(run)
    late = await relay.attach(run.run_id, Viewer(run))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads == 1)
        relay.close()
    assert viewer.end == "shutting_down"
    assert [item async for item in late.iter_items()][-1] == StreamEnd("shutting_down")
    with pytest.raises(RelayClosedError):
        await relay.attach(run.run_id, Viewer(run))


async def test_a_viewer_that_does_not_read_holds_up_nobody(
    run: RecordedRun, relay: RunEventRelay
) -> None:
    count = 5 * EVENTS_KEPT
    slow = (await relay.attach(run.run_id, Viewer(run))).iter_items()
    assert isinstance(await anext(slow), Snapshot)
    lively = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(lively.watch(relay))
        slow_event = tasks.create_task(anext(slow))
        await until(lambda: run.reads > 0)
        for _ in range(count // 50):
            run.publish(50)
            await asyncio.sleep(0)
        run.publish(0, completing=True)
    assert lively.seen == list(range(1, count + 2))
    batches = [slow_event.result(), *[item async for item in slow]]
    events = [event for item in batches if isinstance(item, EventBatch) for event in item.events]
    assert [event.seq for event in events] == lively.seen
    assert run.reads <= 3 + count // 500 + 1


async def test_viewers_that_lag_together_share_reads(
    run: RecordedRun, relay: RunEventRelay
) -> None:
    run.commit(2_000, completing=True)
    viewers = [Viewer(run, page_size=1) for _ in range(100)]
    async with asyncio.TaskGroup() as tasks:
        for viewer in viewers:
            tasks.create_task(viewer.watch(relay, after_seq=0))
    assert all(viewer.seen == viewer.expected for viewer in viewers)
    assert run.reads <= 10


async def test_a_gap_is_read_from_the_log_at_once(run: RecordedRun, relay: RunEventRelay) -> None:
    viewer = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads == 1)
        run.commit(3)
        run.publish(1)
        await until(lambda: viewer.seen == [1, 2, 3, 4])
        run.publish(1, completing=True)
    assert run.reads == 2


@pytest.mark.parametrize("payload", [{}, {"events": [{"seq": "1", "type": "x"}]}, {"events": 1}])
async def test_a_broadcast_nobody_understands_is_read_from_the_log(
    run: RecordedRun, relay: RunEventRelay, payload: dict[str, object]
) -> None:
    viewer = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads == 1)
        run.commit(1, completing=True)
        assert run.listener is not None
        run.listener.on_message(payload)
    assert viewer.seen == [1, 2]


async def test_a_log_with_a_hole_ends_the_stream(run: RecordedRun, relay: RunEventRelay) -> None:
    viewer = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads == 1)
        run.commit(4)
        run.oldest_kept = 3
        run.publish(1)
    assert (viewer.seen, viewer.end) == ([], "interrupted")


async def test_silence_is_broken_by_heartbeats(run: RecordedRun) -> None:
    timing = RelayTiming(stream=StreamTiming(between_heartbeats=timedelta(milliseconds=1)))
    async with RunEventRelay(run, run.read_log, timing=timing) as relay:
        items = (await relay.attach(run.run_id, Viewer(run))).iter_items()
        assert isinstance(await anext(items), Snapshot)
        assert isinstance(await anext(items), Heartbeat)
        await items.aclose()


async def test_a_topic_that_delivers_nothing_is_distrusted(run: RecordedRun) -> None:
    timing = RelayTiming(feed=FeedTiming(while_quiet=timedelta(milliseconds=1)))
    viewer = Viewer(run)
    async with (
        RunEventRelay(run, run.read_log, timing=timing) as relay,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads > 0)
        for count in (1, 2):
            assert run.distrusts == 0
            run.commit(1)
            await until(lambda count=count: len(viewer.seen) == count)
        await until(lambda: run.distrusts == 1)
        run.commit(1, completing=True)
