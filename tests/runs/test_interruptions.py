"""A run that is interrupted, contested or refused: it ends, and nothing that ended is repeated."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import pytest

from app.engine import PreparedRequest, ReceivedResponse, RunControl
from scripts.demonstration.components import SupabaseDetails
from tests.fixtures.database import Connect
from tests.runs.local_work import LocalWork, local_work
from tests.runs.workspace import EVIDENCE, Workspace
from tests.targets.serving import RunningShop

FILL_CONTEXT = """
update public.test_execution_context
set captured_data = jsonb_build_object('before', jsonb_build_object('text', repeat('x', 10485600)))
where run_id = %s
"""
FALL_SILENT = "update public.test_runs set heartbeat_at = now() - interval '1 hour' where id = %s"


class BrokenTransport:
    """A mistake of ours in the middle of a test."""

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        raise LookupError("secret-of-the-service")


@pytest.fixture
async def work(supabase: SupabaseDetails) -> AsyncGenerator[LocalWork]:
    async with local_work(supabase) as opened:
        yield opened


async def add_chain(workspace: Workspace, length: int) -> None:
    for number in range(length):
        requires = [f"test-{number - 1}"] if number else []
        await workspace.add_case(f"test-{number}", f"/items/{number}", requires=requires)


async def wait_for(shop: RunningShop, route: str) -> None:
    await asyncio.to_thread(shop.traffic.wait_for, route)


async def test_a_stopped_worker_saves_what_has_ended(
    workspace: Workspace, shop: RunningShop, work: LocalWork
) -> None:
    await add_chain(workspace, 3)
    shop.traffic.hold("/items/1")
    run_id = await work.start_run(workspace)
    first = asyncio.create_task(work.create_executor().execute(run_id, RunControl()))
    await wait_for(shop, "GET /items/1")

    first.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await first
    assert set(await workspace.results(str(run_id))) == {"test-0"}
    shop.traffic.release()
    # At once: the first worker has handed the run back.
    await work.create_executor().execute(run_id, RunControl())

    assert (await workspace.get(f"/runs/{run_id}"))["status"] == "completed"
    counts = shop.traffic.counts()
    assert [counts[f"GET /items/{number}"] for number in range(3)] == [1, 2, 1]


async def test_a_run_that_looks_abandoned_stays_with_its_worker(
    workspace: Workspace, shop: RunningShop, work: LocalWork, database: Connect
) -> None:
    await add_chain(workspace, 2)
    shop.traffic.hold("/items/0")
    run_id = await work.start_run(workspace)
    owner, other = work.create_executor(), work.create_executor()
    execution = asyncio.create_task(owner.execute(run_id, RunControl()))
    await wait_for(shop, "GET /items/0")

    # A living worker's lease holds; once it seems silent, at least its own process knows better.
    await other.execute(run_id, RunControl())
    await (await database()).execute(FALL_SILENT, [run_id])
    assert run_id not in await owner.find_abandoned()
    await owner.execute(run_id, RunControl())
    shop.traffic.release()
    await execution

    assert (await workspace.get(f"/runs/{run_id}"))["status"] == "completed"
    assert set(shop.traffic.counts().values()) == {1}


async def test_a_worker_learns_of_a_cancellation_without_the_queue(
    workspace: Workspace, shop: RunningShop, work: LocalWork
) -> None:
    await add_chain(workspace, 2)
    shop.traffic.hold("/items/0")
    run_id = await work.start_run(workspace)
    execution = asyncio.create_task(work.create_executor().execute(run_id, RunControl()))
    await wait_for(shop, "GET /items/0")

    await workspace.post(f"/runs/{run_id}/cancel")
    await execution

    run = await workspace.get(f"/runs/{run_id}")
    assert (run["status"], run["counts"]["skipped"]) == ("cancelled", 2)


async def test_captures_that_do_not_fit_end_the_run_and_keep_its_results(
    workspace: Workspace, shop: RunningShop, work: LocalWork, database: Connect
) -> None:
    captures = {"capture_vars": {"all": "$"}}
    await workspace.add_case("full", "/echo", response=captures)
    await workspace.add_case("after", "/items/2", requires=["full"])
    shop.traffic.hold("/items/2")
    run_id = await work.start_run(workspace)
    await (await database()).execute(FILL_CONTEXT, [run_id])

    with pytest.raises(ExceptionGroup):
        await work.create_executor().execute(run_id, RunControl())

    assert (await workspace.get(f"/runs/{run_id}"))["status"] == "failed"
    results = await workspace.results(str(run_id))
    assert (results["full"]["status"], results["after"]["status"]) == ("passed", "error")
    assert "context is full" in results["after"]["error_message"]


async def test_a_mistake_of_the_service_ends_the_run_and_reveals_nothing(
    workspace: Workspace, work: LocalWork
) -> None:
    await add_chain(workspace, 2)
    run_id = await work.start_run(workspace)
    with pytest.raises(ExceptionGroup):
        await work.create_executor(transport=BrokenTransport()).execute(run_id, RunControl())
    assert (await workspace.get(f"/runs/{run_id}"))["counts"]["error"] == 2
    answer = await workspace.client.get(f"/runs/{run_id}/results", params={"include": EVIDENCE})
    assert "error of its own" in answer.text
    assert "secret-of-the-service" not in answer.text
