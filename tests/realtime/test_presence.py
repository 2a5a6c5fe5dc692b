"""Who watches, in this process and in others."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from app.core.clock import SystemClock
from app.core.identifiers import UserId
from app.realtime.presence import MEMBERS_NAMED, PresenceExchange, TopicPresence
from app.realtime.relay import EventRelay, RelayTiming
from app.realtime.supervision import SupervisionTiming
from app.realtime.topics import TopicName
from app.realtime.window import Window
from tests.realtime.conditions import until
from tests.realtime.recorded_run import SECRET, RecordedRun, Viewer, create_principal, create_relay

TIMING = RelayTiming(supervision=SupervisionTiming(between_looks=timedelta(milliseconds=1)))


def list_members(presence: Any) -> dict[str, int]:
    return {member["user_id"]: member["viewers"] for member in presence["members"]}


@pytest.fixture
def run() -> RecordedRun:
    return RecordedRun()


async def test_viewers_are_told_who_comes_and_goes(run: RecordedRun) -> None:
    ann, bob = create_principal(), create_principal()
    first, second, third = Viewer(run, ann), Viewer(run, ann), Viewer(run, bob)
    async with create_relay(run, TIMING) as relay, asyncio.TaskGroup() as tasks:
        tasks.create_task(first.watch(relay))
        await until(lambda: bool(first.snapshots))
        assert first.snapshots[0]["data"]["presence"]["viewers"] == 1
        leaving = [tasks.create_task(viewer.watch(relay)) for viewer in (second, third)]
        both = {str(ann.user_id): 2, str(bob.user_id): 1}
        await until(lambda: list_members(first.state.get("presence", {"members": []})) == both)
        assert first.state["presence"]["viewers"] == 3
        for task in leaving:
            task.cancel()
        await until(lambda: list_members(first.state["presence"]) == {str(ann.user_id): 1})
        run.publish(1, completing=True)


async def test_who_comes_later_finds_who_watches_in_the_snapshot(run: RecordedRun) -> None:
    first, second = Viewer(run), Viewer(run)
    async with create_relay(run, TIMING) as relay, asyncio.TaskGroup() as tasks:
        tasks.create_task(first.watch(relay))
        await until(lambda: bool(first.snapshots))
        tasks.create_task(second.watch(relay))
        await until(lambda: bool(second.snapshots))
        watching = list_members(second.snapshots[0]["data"]["presence"])
        assert str(first.principal.user_id) in watching
        run.publish(1, completing=True)


async def test_processes_tell_each_other(run: RecordedRun) -> None:
    here, there = Viewer(run), Viewer(run)
    elsewhere = RecordedRun(topic=run.topic)
    async with (
        create_relay(run, TIMING) as relay,
        create_relay(elsewhere, TIMING) as other_relay,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(here.watch(relay))
        tasks.create_task(there.watch(other_relay))
        await until(lambda: bool(elsewhere.shown) and run.listener is not None)
        assert run.listener is not None
        run.listener.on_presence([elsewhere.shown[-1], {"report": "made up"}, {"online": True}])
        both = {str(viewer.principal.user_id): 1 for viewer in (here, there)}
        await until(lambda: list_members(here.state.get("presence", {"members": []})) == both)
        run.listener.on_presence([])
        alone = {str(here.principal.user_id): 1}
        await until(lambda: list_members(here.state["presence"]) == alone)
        run.publish(1, completing=True)
        elsewhere.publish(1, completing=True)


def test_a_report_is_about_one_topic_and_from_one_of_us() -> None:
    run, clock = RecordedRun(), SystemClock()
    presence = TopicPresence(run.topic, Window(), clock)
    presence.join(UserId(uuid4()))
    ours = PresenceExchange(run, SECRET, clock)
    ours.publish(presence)
    assert [report.viewers for report in ours.read(run.topic, run.shown)] == [1]
    assert ours.read(TopicName("run", uuid4()), run.shown) == []
    strangers = PresenceExchange(run, SecretStr("another secret"), clock)
    assert strangers.read(run.topic, run.shown) == []


def test_nothing_new_is_not_reported() -> None:
    run, clock = RecordedRun(), SystemClock()
    presence = TopicPresence(run.topic, Window(), clock)
    exchange = PresenceExchange(run, SECRET, clock)
    for _ in range(3):
        exchange.publish(presence)
    assert len(run.shown) == 1
    presence.join(UserId(uuid4()))
    exchange.publish(presence)
    assert len(run.shown) == 2


def test_only_some_members_are_named_and_all_are_counted() -> None:
    presence = TopicPresence(TopicName("run", uuid4()), Window(), SystemClock())
    count = 3 * MEMBERS_NAMED
    for number in range(count):
        presence.join(UserId(UUID(int=number)))
    presence.announce()
    assert presence.told.viewers == count
    assert len(presence.told.members) == MEMBERS_NAMED


async def test_many_who_come_at_once_are_few_announcements(run: RecordedRun) -> None:
    async with create_relay(run, TIMING) as relay, asyncio.TaskGroup() as tasks:
        await join_together(run, relay, tasks, 100)


async def join_together(
    run: RecordedRun, relay: EventRelay, tasks: asyncio.TaskGroup, count: int
) -> None:
    viewers = [Viewer(run) for _ in range(count)]
    for viewer in viewers:
        tasks.create_task(viewer.watch(relay))
    await until(lambda: all(viewer.snapshots for viewer in viewers))
    (feed,) = relay.list_feeds()
    await until(lambda: feed.presence.told.viewers == count)
    assert feed.window.version < count / 4
    run.publish(1, completing=True)
