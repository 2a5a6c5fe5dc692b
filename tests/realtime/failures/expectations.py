"""What every viewer must have in the end, whatever broke in between."""

from collections.abc import Sequence

from tests.realtime.conditions import until
from tests.realtime.failures.persistent_viewer import PersistentViewer, saw_exactly
from tests.realtime.live_run import LiveRun


async def publish_and_see(live_run: LiveRun, viewers: Sequence[PersistentViewer]) -> None:
    """Record two results and wait until every viewer has them."""
    await live_run.publish(2)
    await until(lambda: all(viewer.position == live_run.position for viewer in viewers))


async def check_that_all_saw_all(live_run: LiveRun, viewers: Sequence[PersistentViewer]) -> None:
    """All events, once and in order, and the counts that the database has."""
    log = await live_run.read_events()
    assert [event["seq"] for event in log] == list(range(1, live_run.position + 1))
    counts = log[-1]["data"]["counts"]
    assert counts["passed"] == live_run.iterations
    for viewer in viewers:
        assert saw_exactly(viewer, log)
        assert viewer.final_counts == counts
