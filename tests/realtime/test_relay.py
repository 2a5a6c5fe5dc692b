"""The relay's rules one by one, on a run in memory."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.core.errors import NotFoundError
from app.realtime.errors import RelayClosedError
from app.realtime.feed import FeedTiming
from app.realtime.relay import EventRelay, RelayTiming
from app.realtime.supervision import SupervisionTiming
from app.realtime.window import EVENTS_KEPT
from tests.realtime.conditions import until
from tests.realtime.recorded_run import (
    RecordedRun,
    Viewer,
    create_principal,
    create_relay,
    open_stream,
)

NEVER = timedelta(seconds=30)
UNHURRIED = RelayTiming(
    FeedTiming(while_disconnected=NEVER, while_quiet=NEVER),
    SupervisionTiming(between_looks=NEVER, between_heartbeats=NEVER, between_access_checks=NEVER),
)


@pytest.fixture
def run() -> RecordedRun:
    return RecordedRun()


@pytest.fixture
async def relay(run: RecordedRun) -> AsyncIterator[EventRelay]:
    """Reads the log only for a reason: its clocks hardly tick."""
    async with create_relay(run, UNHURRIED) as relay:
        yield relay


async def test_events_arrive_as_they_are_broadcast(run: RecordedRun, relay: EventRelay) -> None:
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
    run: RecordedRun, relay: EventRelay
) -> None:
    run.commit(3, completing=True)
    viewer = Viewer(run)
    await viewer.watch(relay)
    assert [snapshot["seq"] for snapshot in viewer.snapshots] == [4]
    assert (viewer.seen, viewer.end) == ([], "completed")
    assert relay.viewer_counts == {}
    assert run.listener is None


async def test_a_finished_run_seen_to_its_end_is_exhausted(
    run: RecordedRun, relay: EventRelay
) -> None:
    run.commit(3, completing=True)
    stream = await open_stream(relay, run, create_principal(), after_seq=4)
    assert stream.subscription.is_exhausted
    stream.close()


async def test_a_finished_run_is_resumed_from_the_log(run: RecordedRun, relay: EventRelay) -> None:
    run.commit(30, completing=True)
    run.page_size = 7
    viewer = Viewer(run)
    await viewer.watch(relay, after_seq=5)
    assert (viewer.seen, viewer.end) == (list(range(6, 32)), "completed")
    assert viewer.snapshots == []


@pytest.mark.parametrize("oldest_kept", [1, 3])
async def test_what_cannot_be_resumed_begins_with_a_snapshot(
    run: RecordedRun, relay: EventRelay, oldest_kept: int
) -> None:
    run.commit(5, completing=True)
    run.oldest_kept = oldest_kept
    viewer = Viewer(run)
    await viewer.watch(relay, after_seq=99 if oldest_kept == 1 else 1)
    assert [snapshot["seq"] for snapshot in viewer.snapshots] == [6]
    assert (viewer.seen, viewer.end) == ([], "completed")


async def test_who_comes_from_a_process_that_was_ahead_waits_for_what_follows(
    run: RecordedRun, relay: EventRelay
) -> None:
    first, second = Viewer(run), Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(first.watch(relay))
        await until(lambda: run.reads == 1)
        run.commit(3)
        tasks.create_task(second.watch(relay, after_seq=3))
        await until(lambda: relay.viewer_counts == {run.topic: 2})
        run.publish(1, completing=True)
    assert first.seen == [1, 2, 3, 4, 5]
    assert second.seen == [4, 5]


@pytest.mark.parametrize("after_seq", [None, 0])
async def test_a_stranger_is_refused_and_nothing_is_joined(
    run: RecordedRun, relay: EventRelay, after_seq: int | None
) -> None:
    viewer = Viewer(run)
    run.strangers.add(viewer.principal.user_id)
    with pytest.raises(NotFoundError):
        await viewer.watch(relay, after_seq)
    assert (run.listener, run.snapshots, len(relay.connections)) == (None, 0, 0)


async def test_the_topic_is_left_after_the_last_viewer(run: RecordedRun, relay: EventRelay) -> None:
    streams = [await open_stream(relay, run, create_principal()) for _ in range(2)]
    assert relay.viewer_counts == {run.topic: 2}
    await until(lambda: run.listener is not None)
    streams[0].close()
    assert relay.viewer_counts == {run.topic: 1}
    streams[1].close()
    await until(lambda: run.listener is None)
    assert (relay.viewer_counts, len(relay.connections)) == ({}, 0)


async def test_who_comes_after_an_interruption_is_served_anew(
    run: RecordedRun, relay: EventRelay
) -> None:
    stream = await open_stream(relay, run, create_principal())
    await until(lambda: run.listener is not None)
    next(iter(relay.list_feeds())).interrupt("interrupted")
    assert stream.find_end() == "interrupted"
    await until(lambda: run.listener is None)
    late = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(late.watch(relay))
        await until(lambda: run.listener is not None)
        stream.close()
        assert relay.viewer_counts == {run.topic: 1}
        run.publish(1, completing=True)
    assert (late.seen, late.end) == (late.expected, "completed")


async def test_closing_ends_the_streams_and_refuses_new_ones(
    run: RecordedRun, relay: EventRelay
) -> None:
    run.commit(1)
    viewer, late = Viewer(run), Viewer(run)
    stream = await open_stream(relay, run, late.principal)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads == 1)
        relay.close()
    await late.follow(stream)
    assert (viewer.end, late.end) == ("shutting_down", "shutting_down")
    with pytest.raises(RelayClosedError):
        await viewer.watch(relay)


async def test_a_viewer_that_does_not_read_holds_up_nobody_and_gets_the_newest_snapshot(
    run: RecordedRun, relay: EventRelay
) -> None:
    count = 3 * EVENTS_KEPT
    lively, slow = Viewer(run), Viewer(run)
    stream = await open_stream(relay, run, slow.principal)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(lively.watch(relay))
        await stream.take()
        await until(lambda: run.reads > 0)
        for _ in range(count // 50):
            run.publish(50)
            await asyncio.sleep(0)
        await until(lambda: len(lively.seen) == count)
        following = tasks.create_task(slow.follow(stream))
        await until(lambda: len(slow.snapshots) == 1)
        run.publish(10, completing=True)
    assert following.done()
    assert lively.seen == list(range(1, count + 12))
    assert slow.snapshots[0]["seq"] == count
    assert (slow.seen, slow.end) == (slow.expected, "completed")
    assert run.reads == 1, "the log is not read for the slow one"


async def test_who_needs_snapshot_after_snapshot_is_dropped(
    run: RecordedRun, relay: EventRelay
) -> None:
    stream = await open_stream(relay, run, create_principal())
    ends: list[str | None] = []
    await until(lambda: run.listener is not None)
    for _ in range(6):
        await stream.take()
        run.publish(3 * EVENTS_KEPT)
        ends.append(stream.find_end())
    stream.close()
    assert ends == [None, None, None, "too_slow", "too_slow", "too_slow"]


async def test_viewers_that_lag_together_share_reads(run: RecordedRun, relay: EventRelay) -> None:
    run.commit(2_000, completing=True)
    viewers = [Viewer(run) for _ in range(100)]
    async with asyncio.TaskGroup() as tasks:
        for viewer in viewers:
            tasks.create_task(viewer.watch(relay, after_seq=0))
    assert all(viewer.seen == viewer.expected for viewer in viewers)
    assert run.reads <= 10


async def test_many_who_come_at_once_share_the_snapshot(
    run: RecordedRun, relay: EventRelay
) -> None:
    run.commit(5)
    principal = create_principal()
    viewers = [Viewer(run, principal) for _ in range(100)]
    async with asyncio.TaskGroup() as tasks:
        for viewer in viewers:
            tasks.create_task(viewer.watch(relay))
        await until(lambda: all(viewer.snapshots for viewer in viewers))
        run.publish(1, completing=True)
    assert all(viewer.seen == [6, 7] for viewer in viewers)
    assert (run.snapshots, len(run.questions)) == (1, 1)


async def test_a_gap_is_read_from_the_log_at_once(run: RecordedRun, relay: EventRelay) -> None:
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
    run: RecordedRun, relay: EventRelay, payload: dict[str, object]
) -> None:
    viewer = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads == 1)
        run.commit(1, completing=True)
        assert run.listener is not None
        run.listener.on_message(payload)
    assert viewer.seen == [1, 2]


async def test_a_log_with_a_hole_ends_the_stream(run: RecordedRun, relay: EventRelay) -> None:
    viewer = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads == 1)
        run.commit(4)
        run.oldest_kept = 3
        run.publish(1)
    assert (viewer.seen, viewer.end) == ([], "interrupted")


async def test_a_topic_that_delivers_nothing_is_distrusted(run: RecordedRun) -> None:
    moment = timedelta(milliseconds=1)
    timing = RelayTiming(FeedTiming(while_quiet=moment, longest_quiet=moment))
    viewer = Viewer(run)
    async with create_relay(run, timing) as relay, asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: run.reads > 0)
        for count in (1, 2):
            assert run.distrusts == 0
            run.commit(1)
            await until(lambda count=count: len(viewer.seen) == count)
        await until(lambda: run.distrusts == 1)
        run.commit(1, completing=True)
