"""Realtime, the gateway or Postgres go away in the middle of a run and come back; no viewer misses anything."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.users import User
from tests.realtime.conditions import until
from tests.realtime.failures.conftest import NO_WORK, AddMember, CreateViewer
from tests.realtime.failures.edge import Edge, reissue
from tests.realtime.failures.expectations import check_that_all_saw_all, publish_and_see
from tests.realtime.failures.persistent_viewer import following
from tests.realtime.failures.routing_proxy import open_routing_proxy
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace

PAUSE_SECONDS = 20


@dataclass(frozen=True)
class SplitEdge:
    """A service that has only its Realtime from the edge, and the user as known there."""

    service: Service
    user: User


@pytest.fixture
async def split_edge(
    edge: Edge, supabase: SupabaseDetails, workspace: Workspace, tmp_path: Path
) -> AsyncIterator[SplitEdge]:
    async with open_routing_proxy(supabase.supabase_url, edge.url) as url:
        details = replace(supabase, supabase_url=url)
        service = Service(details, tmp_path / "service.log", NO_WORK)
        await asyncio.to_thread(service.start)
        yield SplitEdge(service, reissue(workspace.user, details))
        await asyncio.to_thread(service.stop)


async def test_realtime_is_killed_and_comes_back(
    edge: Edge, split_edge: SplitEdge, create_viewer: CreateViewer, live_run: LiveRun
) -> None:
    viewers = [create_viewer(split_edge.service, split_edge.user) for _ in range(3)]
    async with following(viewers):
        await publish_and_see(live_run, viewers)
        await asyncio.to_thread(edge.kill)
        for _ in range(3):
            await publish_and_see(live_run, viewers)
        await until(lambda: all(viewer.has_been_told(degraded=True) for viewer in viewers))
        await asyncio.to_thread(edge.start)
        await until(lambda: all(viewer.has_been_told(degraded=False) for viewer in viewers))
        await publish_and_see(live_run, viewers)
        await live_run.finish()
    await check_that_all_saw_all(live_run, viewers)
    assert [viewer.attempts for viewer in viewers] == [1, 1, 1]


async def test_the_gateway_is_paused_for_long(
    edge: Edge,
    edge_service: Service,
    edge_user: User,
    create_viewer: CreateViewer,
    live_run: LiveRun,
) -> None:
    viewers = [create_viewer(edge_service, edge_user) for _ in range(3)]
    async with following(viewers):
        await publish_and_see(live_run, viewers)
        with edge.paused():
            for _ in range(3):
                await live_run.publish(2)
            await asyncio.sleep(PAUSE_SECONDS)  # the outage itself is the condition
            assert all(viewer.has_been_told(degraded=True) for viewer in viewers)
        await publish_and_see(live_run, viewers)
        await until(lambda: all(viewer.has_been_told(degraded=False) for viewer in viewers))
        await live_run.finish()
    await check_that_all_saw_all(live_run, viewers)
    assert [viewer.attempts for viewer in viewers] == [1, 1, 1]


async def test_the_gateway_is_killed_and_comes_back(
    edge: Edge,
    edge_service: Service,
    edge_user: User,
    add_member: AddMember,
    create_viewer: CreateViewer,
    live_run: LiveRun,
) -> None:
    early = [create_viewer(edge_service, edge_user) for _ in range(2)]
    late = create_viewer(edge_service, reissue(await add_member(), edge.details))
    async with following(early) as tasks:
        await publish_and_see(live_run, early)
        await asyncio.to_thread(edge.kill)
        tasks.create_task(late.follow())
        await live_run.publish(2)
        await until(lambda: late.attempts > 1)
        await asyncio.to_thread(edge.start)
        await publish_and_see(live_run, [*early, late])
        await live_run.finish()
    await check_that_all_saw_all(live_run, [*early, late])
    assert [viewer.attempts for viewer in early] == [1, 1]
