"""The relay while Realtime is cut off or silent: nothing is lost, and it gets well by itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from app.core.clock import SystemClock
from app.core.identifiers import RunId
from app.core.settings import Settings
from app.db.database import Database
from app.realtime.feed import FeedTiming
from app.realtime.models import EventBatch, StreamEnd
from app.realtime.relay import RelayTiming, RunEventRelay
from app.realtime.service import SignedInViewer, create_log_reader
from app.realtime.upstream import RealtimeUpstream
from scripts.demonstration.components import SupabaseDetails, service_settings
from tests.realtime.conditions import until
from tests.realtime.cuttable_proxy import CuttableProxy
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace

# The library reads an attribute that websockets deprecates, in the task that reads the socket.
pytestmark = pytest.mark.filterwarnings("ignore:ConnectionClosed")

BRISK = RelayTiming(
    FeedTiming(
        while_disconnected=timedelta(milliseconds=100), while_quiet=timedelta(milliseconds=300)
    )
)


@pytest.fixture
async def rest(supabase: SupabaseDetails) -> AsyncIterator[Database]:
    """The database, reached past the proxy."""
    values = {name.lower(): value for name, value in service_settings(supabase).items()}
    async with Database(Settings.model_validate(values)) as database:
        yield database


@pytest.fixture
async def relay(upstream: RealtimeUpstream, rest: Database) -> AsyncIterator[RunEventRelay]:
    async with RunEventRelay(upstream, create_log_reader(rest), timing=BRISK) as opened:
        yield opened


@pytest.fixture
def viewer(rest: Database, workspace: Workspace, live_run: LiveRun) -> SignedInViewer:
    session = rest.as_user(workspace.user.access_token)
    expires_at = SystemClock().now() + timedelta(hours=1)
    return SignedInViewer(session, RunId(UUID(live_run.run_id)), expires_at)


class Follower:
    """Collects the seqs of a whole run."""

    def __init__(self, relay: RunEventRelay, viewer: SignedInViewer) -> None:
        self._relay = relay
        self._viewer = viewer
        self.seen: list[int] = []
        self.end: str | None = None

    async def follow(self) -> None:
        stream = await self._relay.attach(self._viewer.run_id, self._viewer, after_seq=0)
        async for item in stream.iter_items():
            if isinstance(item, EventBatch):
                self.seen += [event.seq for event in item.events]
            elif isinstance(item, StreamEnd):
                self.end = item.reason

    def has_seen(self, position: int) -> bool:
        return bool(self.seen) and self.seen[-1] == position


@pytest.mark.parametrize("outage", ["cut", "stall"])
async def test_an_outage_loses_nothing(
    outage: str,
    relay: RunEventRelay,
    upstream: RealtimeUpstream,
    proxy: CuttableProxy,
    viewer: SignedInViewer,
    live_run: LiveRun,
) -> None:
    follower = Follower(relay, viewer)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(follower.follow())
        await live_run.publish(2)
        await until(lambda: follower.has_seen(live_run.position))
        await until(lambda: upstream.joined_topics == frozenset({f"run:{live_run.run_id}"}))
        connections = proxy.connection_count
        (proxy.cut if outage == "cut" else proxy.stall)()
        for _ in range(4):
            await live_run.publish(2)
            await until(lambda: follower.has_seen(live_run.position))
        proxy.restore()
        await until(lambda: proxy.connection_count > connections and upstream.is_connected)
        await live_run.publish(2)
        await live_run.finish()
    assert follower.seen == list(range(1, live_run.position + 1))
    assert follower.end == "completed"


async def test_without_realtime_the_log_is_polled(
    relay: RunEventRelay, proxy: CuttableProxy, viewer: SignedInViewer, live_run: LiveRun
) -> None:
    proxy.cut()
    follower = Follower(relay, viewer)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(follower.follow())
        await live_run.publish(2)
        await until(lambda: follower.has_seen(live_run.position))
        await live_run.finish()
    assert follower.seen == list(range(1, live_run.position + 1))


async def test_the_upstream_is_asked_once_however_many_watch(
    relay: RunEventRelay,
    upstream: RealtimeUpstream,
    viewer: SignedInViewer,
    rest: Database,
    live_run: LiveRun,
) -> None:
    followers = [Follower(relay, viewer) for _ in range(30)]
    async with asyncio.TaskGroup() as tasks:
        for follower in followers:
            tasks.create_task(follower.follow())
        await until(lambda: relay.viewer_counts == {viewer.run_id: 30})
        await live_run.publish(5)
        assert upstream.topics == {f"run:{live_run.run_id}"}
        await live_run.finish()
    assert all(follower.seen == list(range(1, live_run.position + 1)) for follower in followers)
    await until(lambda: upstream.topics == frozenset())
    assert rest.request_counts["rpc/get_run_events"] <= 30 + 5
