"""The relay while Realtime is cut off or silent: nothing is lost, and it gets well by itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from app.auth.principal import Principal
from app.core.clock import SystemClock
from app.core.identifiers import UserId
from app.core.settings import Settings
from app.db.database import Database
from app.realtime.feed import FeedTiming
from app.realtime.presence import PresenceExchange
from app.realtime.relay import EventRelay, RelayOptions, RelayTiming
from app.realtime.repository import TopicRepository
from app.realtime.topics import TopicName
from app.realtime.upstream import RealtimeUpstream
from scripts.demonstration.components import SupabaseDetails, service_settings
from tests.fixtures.users import User
from tests.realtime.conditions import until
from tests.realtime.cuttable_proxy import CuttableProxy
from tests.realtime.live_run import LiveRun
from tests.realtime.recorded_run import SECRET, create_service
from tests.runs.workspace import Workspace

# The library reads an attribute that websockets deprecates, in the task that reads the socket.
pytestmark = pytest.mark.filterwarnings("ignore:ConnectionClosed")

BRISK = RelayTiming(
    FeedTiming(
        while_disconnected=timedelta(milliseconds=100),
        while_quiet=timedelta(milliseconds=300),
        longest_quiet=timedelta(milliseconds=300),
        until_degraded=timedelta(milliseconds=300),
    )
)


@pytest.fixture
async def rest(supabase: SupabaseDetails) -> AsyncIterator[Database]:
    """The database, reached past the proxy."""
    values = {name.lower(): value for name, value in service_settings(supabase).items()}
    async with Database(Settings.model_validate(values)) as database:
        yield database


@pytest.fixture
async def relay(upstream: RealtimeUpstream, rest: Database) -> AsyncIterator[EventRelay]:
    clock = SystemClock()
    exchange = PresenceExchange(upstream, SECRET, clock)
    options = RelayOptions(timing=BRISK)
    async with EventRelay(upstream, TopicRepository(rest), exchange, options, clock) as opened:
        yield opened


class Follower:
    """Collects the seqs of a whole run."""

    def __init__(self, relay: EventRelay, run: LiveRun, user: User) -> None:
        self._relay = relay
        self.topic = TopicName("run", UUID(run.run_id))
        expires_at = SystemClock().now() + timedelta(hours=1)
        self._principal = Principal(UserId(UUID(user.id)), user.access_token, expires_at)
        self.seen: list[int] = []
        self.conditions: list[str | None] = []
        self.end: str | None = None

    async def follow(self) -> None:
        service = create_service(self._relay)
        stream = await service.open_stream(self._principal, self.topic, after_seq=0)
        while (reason := stream.find_end()) is None:
            frame = await stream.take()
            for envelope in orjson.loads(frame.message) if frame else ():
                self._see(envelope)
        self.end = reason
        stream.close()

    def has_seen(self, position: int) -> bool:
        return bool(self.seen) and self.seen[-1] == position

    def _see(self, envelope: dict[str, Any]) -> None:
        if envelope["type"] == "degraded":
            self.conditions.append(envelope["data"]["reason"])
        elif envelope["seq"] is not None:
            self.seen.append(envelope["seq"])


@pytest.fixture
def follower(relay: EventRelay, live_run: LiveRun, workspace: Workspace) -> Follower:
    return Follower(relay, live_run, workspace.user)


@pytest.mark.parametrize("outage", ["cut", "stall"])
async def test_an_outage_loses_nothing(
    outage: str,
    follower: Follower,
    upstream: RealtimeUpstream,
    proxy: CuttableProxy,
    live_run: LiveRun,
) -> None:
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


async def test_without_realtime_the_log_is_polled_and_the_viewers_are_told(
    follower: Follower, proxy: CuttableProxy, live_run: LiveRun
) -> None:
    proxy.cut()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(follower.follow())
        await live_run.publish(2)
        await until(lambda: follower.has_seen(live_run.position))
        await until(lambda: follower.conditions == ["realtime"])
        proxy.restore()
        await until(lambda: follower.conditions == ["realtime", None])
        await live_run.finish()
    assert follower.seen == list(range(1, live_run.position + 1))


async def test_the_upstream_is_asked_once_however_many_watch(
    relay: EventRelay,
    upstream: RealtimeUpstream,
    rest: Database,
    live_run: LiveRun,
    workspace: Workspace,
) -> None:
    followers = [Follower(relay, live_run, workspace.user) for _ in range(30)]
    topic = followers[0].topic
    async with asyncio.TaskGroup() as tasks:
        for follower in followers:
            tasks.create_task(follower.follow())
        await until(lambda: relay.viewer_counts == {topic: 30})
        await live_run.publish(5)
        assert upstream.topics == {str(topic)}
        await live_run.finish()
    assert all(follower.seen == list(range(1, live_run.position + 1)) for follower in followers)
    await until(lambda: upstream.topics == frozenset())
    assert rest.request_counts["rpc/list_readable_topics"] == 1
    assert rest.request_counts["rpc/get_test_run_snapshot"] == 1
    assert rest.request_counts["rpc/get_run_events"] <= 5
