"""Any interleaving of commits, broadcasts, losses, reconnects, outages and viewers."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import UnavailableError
from app.realtime.feed import FeedTiming
from app.realtime.relay import EventRelay, RelayTiming
from app.realtime.supervision import SupervisionTiming
from tests.realtime.recorded_run import RecordedRun, Viewer, create_relay

A_MOMENT = timedelta(milliseconds=1)
HASTY = RelayTiming(
    FeedTiming(while_disconnected=A_MOMENT, while_quiet=2 * A_MOMENT, longest_quiet=2 * A_MOMENT),
    SupervisionTiming(
        between_looks=A_MOMENT, between_heartbeats=A_MOMENT, between_access_checks=A_MOMENT
    ),
    before_retry=A_MOMENT,
)

actions = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 5)),
        st.tuples(st.just("lose"), st.integers(1, 5)),
        st.tuples(st.just("repeat"), st.integers(1, 30)),
        st.tuples(st.just("attach"), st.just(0)),
        st.tuples(st.just("resume"), st.integers(0, 30)),
        st.tuples(st.just("disconnect"), st.just(0)),
        st.tuples(st.just("reconnect"), st.just(0)),
        st.tuples(st.just("outage"), st.integers(0, 1)),
        st.tuples(st.just("pass time"), st.integers(1, 8)),
    ),
    max_size=30,
)


class Story:
    """Plays actions against a relay and keeps its viewers."""

    def __init__(self, run: RecordedRun, relay: EventRelay, tasks: asyncio.TaskGroup) -> None:
        self.run = run
        self.viewers: list[Viewer] = []
        self._relay = relay
        self._tasks = tasks

    async def play(self, action: str, number: int) -> None:
        match action:
            case "publish":
                self.run.publish(number)
            case "lose":
                self.run.commit(number)
            case "repeat":
                self.run.broadcast(number, number + 4)
            case "attach" | "resume":
                self.attach(None if action == "attach" else min(number, len(self.run.log)))
            case "outage":
                self.run.is_readable = number == 0
            case "pass time":
                for _ in range(number):
                    await asyncio.sleep(0)
            case _:
                self.switch_connection(on=action == "reconnect")

    def attach(self, after_seq: int | None) -> None:
        viewer = Viewer(self.run)
        self.viewers.append(viewer)
        self._tasks.create_task(self._watch(viewer, after_seq))

    async def _watch(self, viewer: Viewer, after_seq: int | None) -> None:
        while viewer.end is None:
            # Who comes during an outage is refused, and comes again.
            with suppress(UnavailableError):
                await viewer.watch(self._relay, after_seq)
            await asyncio.sleep(0)

    def switch_connection(self, *, on: bool) -> None:
        self.run.joins_at_once = on
        if self.run.listener is not None:
            (self.run.listener.on_joined if on else self.run.listener.on_lost)()


async def play(story_actions: list[tuple[str, int]], *, is_end_lost: bool) -> None:
    run = RecordedRun(page_size=4)
    async with (
        asyncio.timeout(20),
        create_relay(run, HASTY) as relay,
        asyncio.TaskGroup() as tasks,
    ):
        story = Story(run, relay, tasks)
        await story.play("attach", 0)
        for action, number in story_actions:
            await story.play(action, number)
        run.is_readable = True
        (run.commit if is_end_lost else run.publish)(1, completing=True)
    for viewer in story.viewers:
        assert viewer.seen == viewer.expected
        assert viewer.end == "completed"
    assert relay.viewer_counts == {}
    assert run.listener is None


@settings(deadline=None, max_examples=200)
@given(actions, st.booleans())
def test_every_viewer_sees_every_event_once_and_in_order(
    story_actions: list[tuple[str, int]], is_end_lost: bool
) -> None:
    asyncio.run(play(story_actions, is_end_lost=is_end_lost))
