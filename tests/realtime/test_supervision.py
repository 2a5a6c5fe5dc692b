"""What time and lost rights do to viewers, on a run in memory."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.core.clock import SystemClock
from app.core.errors import InvalidTokenError, UnavailableError
from app.realtime.connections import ConnectionLimits
from app.realtime.errors import (
    AlreadySubscribedError,
    RelayFullError,
    TooManyConnectionsError,
    TooManySubscriptionsError,
)
from app.realtime.feed import FeedTiming
from app.realtime.relay import EventRelay, RelayTiming
from app.realtime.supervision import SupervisionTiming
from app.realtime.topics import TopicName
from tests.realtime.conditions import until
from tests.realtime.recorded_run import (
    RecordedRun,
    Viewer,
    create_principal,
    create_relay,
    open_stream,
)

A_MOMENT = timedelta(milliseconds=1)
LONG = timedelta(seconds=30)


def tell_time(
    *,
    heartbeats: timedelta = LONG,
    access_checks: timedelta = LONG,
    lifetime: timedelta = LONG,
    until_degraded: timedelta = LONG,
) -> RelayTiming:
    return RelayTiming(
        FeedTiming(while_disconnected=A_MOMENT, until_degraded=until_degraded),
        SupervisionTiming(
            between_looks=A_MOMENT,
            between_heartbeats=heartbeats,
            between_access_checks=access_checks,
            lifetime=lifetime,
        ),
        before_retry=A_MOMENT,
    )


@pytest.fixture
def run() -> RecordedRun:
    return RecordedRun()


@pytest.fixture
async def relay(run: RecordedRun) -> AsyncIterator[EventRelay]:
    limits = ConnectionLimits(total=3, of_one_user=2, topics_of_one=1)
    async with create_relay(run, tell_time(access_checks=A_MOMENT), limits) as relay:
        yield relay


async def test_a_stream_ends_with_the_token(run: RecordedRun, relay: EventRelay) -> None:
    soon = SystemClock().now() + timedelta(milliseconds=100)
    viewer = Viewer(run, create_principal(expires_at=soon))
    await viewer.watch(relay)
    assert viewer.end == "token_expired"


async def test_a_stream_ends_with_its_lifetime(run: RecordedRun) -> None:
    viewer = Viewer(run)
    async with create_relay(run, tell_time(lifetime=20 * A_MOMENT)) as relay:
        await viewer.watch(relay)
    assert viewer.end == "lifetime"


async def test_silence_is_broken_by_heartbeats(run: RecordedRun) -> None:
    viewer = Viewer(run)
    async with (
        create_relay(run, tell_time(heartbeats=A_MOMENT)) as relay,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(viewer.watch(relay))
        await until(lambda: viewer.heartbeats > 1)
        run.publish(1, completing=True)


async def test_who_loses_the_right_is_detached_and_others_stay(
    run: RecordedRun, relay: EventRelay
) -> None:
    leaving, staying = Viewer(run), Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(staying.watch(relay))
        following = tasks.create_task(leaving.watch(relay))
        await until(lambda: relay.viewer_counts == {run.topic: 2})
        run.strangers.add(leaving.principal.user_id)
        await until(following.done)
        run.publish(1, completing=True)
    assert (leaving.end, leaving.seen) == ("access_revoked", [])
    assert (staying.end, staying.seen) == ("completed", [1, 2])


async def test_a_token_that_the_database_refuses_ends_the_stream(
    run: RecordedRun, relay: EventRelay
) -> None:
    viewer = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: bool(viewer.snapshots))
        run.refusal = InvalidTokenError()
    assert viewer.end == "access_revoked"


async def test_a_database_that_does_not_answer_detaches_nobody(
    run: RecordedRun, relay: EventRelay
) -> None:
    viewer = Viewer(run)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(viewer.watch(relay))
        await until(lambda: bool(viewer.snapshots))
        run.refusal = UnavailableError()
        asked = len(run.questions)
        await until(lambda: len(run.questions) > asked + 2)
        run.publish(1, completing=True)
    assert viewer.end == "completed"


async def test_one_question_serves_all_viewers_of_a_user(run: RecordedRun) -> None:
    principal = create_principal()
    async with create_relay(run, tell_time()) as relay:
        streams = [await open_stream(relay, run, principal) for _ in range(5)]
        asked = len(run.questions)
        await relay.supervisor.check_access()
        for stream in streams:
            stream.close()
    assert len(run.questions) == asked + 1


async def test_there_are_limits(run: RecordedRun, relay: EventRelay) -> None:
    principal = create_principal()
    first = await open_stream(relay, run, principal)
    second = await open_stream(relay, run, principal)
    with pytest.raises(TooManyConnectionsError):
        await open_stream(relay, run, principal)
    with relay.connections.admitting(), pytest.raises(RelayFullError):
        await open_stream(relay, run, create_principal())
    with pytest.raises(AlreadySubscribedError):
        await relay.subscribe(first.connection, run.topic)
    with pytest.raises(TooManySubscriptionsError):
        await relay.subscribe(first.connection, TopicName("project", run.topic.subject_id))
    second.close()
    third = await open_stream(relay, run, principal)
    for stream in (first, second, third):
        stream.close()
    assert len(relay.connections) == 0


@pytest.mark.parametrize("trouble", ["realtime", "database"])
async def test_viewers_are_told_when_events_come_late_and_when_that_is_over(
    run: RecordedRun, trouble: str
) -> None:
    run.joins_at_once = False
    viewer = Viewer(run)
    patience = A_MOMENT if trouble == "realtime" else LONG
    async with (
        create_relay(run, tell_time(until_degraded=patience)) as relay,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(viewer.watch(relay))
        await until(lambda: bool(viewer.snapshots))
        run.is_readable = trouble != "database"
        await until(lambda: viewer.state.get("degraded") == {"degraded": True, "reason": trouble})
        run.commit(1)
        run.is_readable = True
        await until(lambda: viewer.seen == [1])
        assert run.listener is not None
        run.listener.on_joined()
        await until(lambda: viewer.state["degraded"] == {"degraded": False, "reason": None})
        run.publish(1, completing=True)
    assert viewer.seen == [1, 2, 3]


async def test_who_comes_during_an_outage_is_told(run: RecordedRun) -> None:
    run.joins_at_once = False
    first, second = Viewer(run), Viewer(run)
    async with (
        create_relay(run, tell_time(until_degraded=A_MOMENT)) as relay,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(first.watch(relay))
        await until(lambda: "degraded" in first.state)
        tasks.create_task(second.watch(relay))
        await until(lambda: second.state.get("degraded") == first.state["degraded"])
        run.commit(1, completing=True)
