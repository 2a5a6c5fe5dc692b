"""Processes of the service end and come back; viewers come back as well, after what they have."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scripts.demonstration.components import Service, SupabaseDetails, service_settings
from scripts.demonstration.processes import Child
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp
from tests.realtime.conditions import until
from tests.realtime.failures.conftest import NO_WORK, CreateViewer
from tests.realtime.failures.expectations import check_that_all_saw_all, publish_and_see
from tests.realtime.failures.persistent_viewer import SocketViewer, StreamViewer, following
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import open_workspace
from tests.targets.serving import RunningShop


async def test_the_service_is_killed_and_stopped_and_comes_back(
    start_service: StartService, create_viewer: CreateViewer, live_run: LiveRun
) -> None:
    service = await asyncio.to_thread(start_service, **NO_WORK)
    viewers = [create_viewer(service) for _ in range(3)]
    async with following(viewers):
        for end in (service.kill, service.stop):
            await publish_and_see(live_run, viewers)
            await asyncio.to_thread(end)
            await live_run.publish(2)
            await asyncio.to_thread(service.start)
        await publish_and_see(live_run, viewers)
        await live_run.finish()
    await check_that_all_saw_all(live_run, viewers)
    # Sockets may be closed by the server itself, which gives no reason.
    streams = [viewer for viewer in viewers if isinstance(viewer, StreamViewer)]
    assert [viewer.farewells for viewer in streams] == [["shutting_down"]] * 2
    assert [len(viewer.snapshots) for viewer in viewers] == [1, 1, 1]


@pytest.fixture
def idle_service(service: Service) -> Iterator[None]:
    """The service of the other tests takes no runs meanwhile: it works from the same queue."""
    service.stop()
    yield
    service.start()


@pytest.mark.usefixtures("idle_service")
async def test_viewers_of_two_processes_see_what_a_third_one_does(
    start_service: StartService,
    relay_service: Service,
    supabase: SupabaseDetails,
    sign_up: SignUp,
    shop: RunningShop,
    tmp_path: Path,
) -> None:
    services = [relay_service, await asyncio.to_thread(start_service, **NO_WORK)]
    worker = Child(
        ["scripts.attended", "app.worker"], tmp_path / "worker.log", service_settings(supabase)
    )
    async with open_workspace(services[0], await sign_up(), shop.url) as workspace:
        for number in range(30):
            await workspace.add_case(f"test-{number}", f"/items/{number}")
        run_id = await workspace.start_run()
        viewers = [
            kind(service.url, f"run:{run_id}", workspace.user)
            for service in services
            for kind in [StreamViewer, SocketViewer] * 3
        ]
        with ExitStack() as processes:
            async with following(viewers):
                await until(lambda: all(viewer.snapshots for viewer in viewers))
                processes.enter_context(worker.launched())
        run = await workspace.get(f"/runs/{run_id}")
    assert run["counts"] == {"total": 30, "passed": 30, "failed": 0, "skipped": 0, "error": 0}
    longest = max((viewer.events for viewer in viewers), key=len)
    for viewer in viewers:
        assert viewer.final_counts == run["counts"]
        assert viewer.snapshots[0]["seq"] + len(viewer.events) == run["event_seq"]
        assert viewer.events == longest[-len(viewer.events) :]
