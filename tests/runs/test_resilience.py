"""What a run survives: crashes and restarts of the service, and a database that goes away."""

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp
from tests.runs.workspace import Workspace, open_workspace
from tests.targets.serving import RunningShop

OUTAGE_SECONDS = 10


async def add_chain(workspace: Workspace, length: int) -> None:
    """Tests that run one after the other: /items/0, /items/1, ..."""
    for number in range(length):
        requires = [f"test-{number - 1}"] if number else []
        await workspace.add_case(f"test-{number}", f"/items/{number}", requires=requires)


async def wait_for_results(workspace: Workspace, run_id: str, count: int) -> None:
    """Follow the live events until so many tests have ended."""
    ended = 0
    async with workspace.client.stream(
        "GET", f"/runs/{run_id}/events", headers={"Last-Event-ID": "0"}, timeout=60
    ) as stream:
        async for line in stream.aiter_lines():
            ended += line == "event: test_completed"
            if ended >= count:
                return
    raise AssertionError(f"the stream ended after {ended} results")


@contextmanager
def paused(pid: int) -> Generator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_a_run_survives_the_crash_of_its_service(
    service: Service, workspace: Workspace, shop: RunningShop
) -> None:
    await add_chain(workspace, 6)
    shop.traffic.hold("/items/3")
    run_id = await workspace.start_run()
    await asyncio.to_thread(shop.traffic.wait_for, "GET /items/3")
    await wait_for_results(workspace, run_id, 3)

    service.kill()
    shop.traffic.release()
    service.start()

    run = await workspace.finish_run(run_id)
    assert run["status"] == "completed"
    assert run["counts"]["passed"] == 6
    counts = shop.traffic.counts()
    assert [counts[f"GET /items/{number}"] for number in range(6)] == [1, 1, 1, 2, 1, 1]


@pytest.fixture
def impatient_service(service: Service, start_service: StartService) -> Generator[Service]:
    """The only service, and one that gives runs no time when it stops."""
    service.stop()
    yield start_service(SHUTDOWN_GRACE="0")
    service.start()


async def test_a_stopping_service_hands_its_runs_back(
    impatient_service: Service, sign_up: SignUp, shop: RunningShop
) -> None:
    async with open_workspace(impatient_service, await sign_up(), shop.url) as workspace:
        await add_chain(workspace, 3)
        shop.traffic.hold("/items/1")
        run_id = await workspace.start_run()
        await wait_for_results(workspace, run_id, 1)
        await asyncio.to_thread(shop.traffic.wait_for, "GET /items/1")

        impatient_service.stop()
        shop.traffic.release()
        impatient_service.start()

        run = await workspace.finish_run(run_id)
        assert run["counts"]["passed"] == 3
    assert shop.traffic.counts()["GET /items/0"] == 1


async def test_nothing_is_lost_while_postgrest_is_away(
    workspace: Workspace, shop: RunningShop, supabase: SupabaseDetails
) -> None:
    await add_chain(workspace, 30)
    shop.traffic.hold("/items/2")
    run_id = await workspace.start_run()
    await asyncio.to_thread(shop.traffic.wait_for, "GET /items/2")

    with paused(supabase.pids["postgrest"]):
        shop.traffic.release()
        await asyncio.to_thread(shop.traffic.wait_for, "GET /items/29")
        await asyncio.sleep(OUTAGE_SECONDS)  # the outage itself is the condition

    run = await workspace.finish_run(run_id)
    assert run["counts"] == {"total": 30, "passed": 30, "failed": 0, "skipped": 0, "error": 0}
    assert set(shop.traffic.counts().values()) == {1}
    assert len(await workspace.results(run_id)) == 30


async def test_two_services_share_the_work(
    workspace: Workspace, start_service: StartService, sign_up: SignUp, shop: RunningShop
) -> None:
    second = await asyncio.to_thread(start_service)
    async with open_workspace(second, await sign_up(), shop.url) as other:
        await add_chain(workspace, 4)
        await add_chain(other, 4)
        starts = [space.start_run() for space in [workspace, other] * 4]
        run_ids = await asyncio.gather(*starts)
        ends = zip([workspace, other] * 4, run_ids, strict=True)
        runs = await asyncio.gather(*(space.finish_run(run_id) for space, run_id in ends))
    assert [run["counts"]["passed"] for run in runs] == [4] * 8
    assert set(shop.traffic.counts().values()) == {8}
