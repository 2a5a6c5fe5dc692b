"""Many come at once."""

from scripts.demonstration.components import Service
from tests.realtime.conditions import until
from tests.realtime.failures.conftest import CreateViewer
from tests.realtime.failures.expectations import check_that_all_saw_all
from tests.realtime.failures.persistent_viewer import following
from tests.realtime.live_run import LiveRun

CROWD = 200


async def test_two_hundred_viewers_join_at_once(
    relay_service: Service, create_viewer: CreateViewer, live_run: LiveRun
) -> None:
    viewers = [create_viewer(relay_service) for _ in range(CROWD)]
    async with following(viewers):
        # The run does not wait for them.
        while not all(viewer.snapshots for viewer in viewers):
            await live_run.publish(2)
        await live_run.publish(2)
        await until(lambda: all(viewer.position == live_run.position for viewer in viewers))
        await live_run.finish()
    await check_that_all_saw_all(live_run, viewers)
    assert {viewer.attempts for viewer in viewers} == {1}
