"""The connection to Realtime: real server, behind a proxy that can fail."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from app.realtime.errors import RealtimeUnavailableError
from app.realtime.upstream import RealtimeUpstream
from scripts.demonstration.components import SupabaseDetails
from tests.realtime.conditions import PATIENCE_SECONDS, until
from tests.realtime.cuttable_proxy import CuttableProxy
from tests.realtime.live_run import LiveRun

# The library reads an attribute that websockets deprecates, in the task that reads the socket.
pytestmark = pytest.mark.filterwarnings("ignore:ConnectionClosed")


@dataclass
class Listener:
    """Remembers what it was told."""

    is_joined: bool = False
    joins: int = 0
    seqs: list[int] = field(default_factory=list[int])
    others: Sequence[Mapping[str, Any]] = ()

    def on_joined(self) -> None:
        self.is_joined = True
        self.joins += 1

    def on_lost(self) -> None:
        self.is_joined = False

    def on_presence(self, others: Sequence[Mapping[str, Any]]) -> None:
        self.others = others

    def on_message(self, payload: Mapping[str, Any]) -> None:
        self.seqs += [event["seq"] for event in payload["events"]]


async def until_pings_come_back(upstream: RealtimeUpstream) -> None:
    """The topic of the pings is joined a moment after the connection stands."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(RealtimeUnavailableError):
                return await upstream.ping()
            await asyncio.sleep(0.01)


def list_after(seq: int, run: LiveRun) -> list[int]:
    return list(range(seq + 1, run.position + 1))


async def test_broadcasts_of_a_topic_arrive(upstream: RealtimeUpstream, live_run: LiveRun) -> None:
    listener = Listener()
    with upstream.listening(f"run:{live_run.run_id}", listener):
        await until(lambda: listener.is_joined)
        await live_run.publish(2)
        await until(lambda: listener.seqs == list_after(1, live_run))


async def test_a_topic_is_left_with_its_listener(
    upstream: RealtimeUpstream, live_run: LiveRun
) -> None:
    listener = Listener()
    with upstream.listening(f"run:{live_run.run_id}", listener):
        await until(lambda: listener.is_joined)
    await until(lambda: upstream.topics == frozenset())
    await live_run.publish(2)
    seen = live_run.position
    other = Listener()
    with upstream.listening(f"run:{live_run.run_id}", other):
        await until(lambda: other.is_joined)
        await live_run.publish(1)
        await until(lambda: other.seqs == list_after(seen, live_run))
    assert listener.seqs == []


async def test_a_quick_return_finds_the_topic_joined(
    upstream: RealtimeUpstream, live_run: LiveRun
) -> None:
    first, second = Listener(), Listener()
    with upstream.listening(f"run:{live_run.run_id}", first):
        await until(lambda: first.is_joined)
    with upstream.listening(f"run:{live_run.run_id}", second):
        assert second.is_joined
        await live_run.publish(1)
        await until(lambda: second.seqs == list_after(1, live_run))


async def test_leaving_and_returning_again_and_again_settles(
    upstream: RealtimeUpstream, live_run: LiveRun
) -> None:
    for _ in range(20):
        with upstream.listening(f"run:{live_run.run_id}", Listener()):
            await asyncio.sleep(0.003)
        await asyncio.sleep(0.003)
    listener = Listener()
    with upstream.listening(f"run:{live_run.run_id}", listener):
        await until(lambda: listener.is_joined)
        await live_run.publish(1)
        await until(lambda: listener.seqs == list_after(1, live_run))


async def test_a_lost_connection_is_replaced_and_topics_joined_anew(
    upstream: RealtimeUpstream, proxy: CuttableProxy, live_run: LiveRun
) -> None:
    listener = Listener()
    with upstream.listening(f"run:{live_run.run_id}", listener):
        await until(lambda: listener.is_joined)
        proxy.cut()
        await until(lambda: not listener.is_joined and not upstream.is_connected)
        with pytest.raises(RealtimeUnavailableError):
            await upstream.ping()
        proxy.restore()
        await until(lambda: listener.joins == 2)
        await until_pings_come_back(upstream)
        await live_run.publish(1)
        await until(lambda: listener.seqs == list_after(1, live_run))


async def test_a_topic_wanted_during_an_outage_is_joined_after_it(
    upstream: RealtimeUpstream, proxy: CuttableProxy, live_run: LiveRun
) -> None:
    proxy.cut()
    await until(lambda: not upstream.is_connected)
    listener = Listener()
    with upstream.listening(f"run:{live_run.run_id}", Listener()):
        await asyncio.sleep(0)
    with upstream.listening(f"run:{live_run.run_id}", listener):
        proxy.restore()
        await until(lambda: listener.is_joined)


async def test_a_ping_comes_back(upstream: RealtimeUpstream) -> None:
    await until_pings_come_back(upstream)
    assert upstream.round_trip_seconds is not None


async def test_a_ping_into_silence_is_lost(
    upstream: RealtimeUpstream, proxy: CuttableProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until_pings_come_back(upstream)
    monkeypatch.setattr("app.realtime.echo.PATIENCE_SECONDS", 0.2)
    proxy.stall()
    assert upstream.is_connected
    with pytest.raises(RealtimeUnavailableError):
        await upstream.ping()


async def test_a_connection_that_delivers_nothing_is_replaced(
    upstream: RealtimeUpstream, proxy: CuttableProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until_pings_come_back(upstream)
    monkeypatch.setattr("app.realtime.echo.PATIENCE_SECONDS", 0.2)
    proxy.stall()
    with pytest.raises(RealtimeUnavailableError):
        await upstream.ping()
    upstream.distrust()
    await until(lambda: not upstream.is_connected)
    proxy.restore()
    await until(lambda: upstream.connection_count == 2)
    await until_pings_come_back(upstream)


async def test_processes_see_what_the_others_show_of_themselves(
    upstream: RealtimeUpstream, supabase: SupabaseDetails, live_run: LiveRun
) -> None:
    topic, here, there = f"run:{live_run.run_id}", Listener(), Listener()
    url, key = f"{supabase.supabase_url}/realtime/v1", SecretStr(supabase.secret_key)
    async with RealtimeUpstream(url, key) as other:
        with upstream.listening(topic, here), other.listening(topic, there):
            upstream.show_presence(topic, {"report": "one"})
            other.show_presence(topic, {"report": "two"})
            await until(lambda: [item.get("report") for item in here.others] == ["two"])
            await until(lambda: [item.get("report") for item in there.others] == ["one"])


async def test_an_old_connection_is_replaced_and_topics_joined_anew(
    supabase: SupabaseDetails, live_run: LiveRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.realtime.upstream.CONNECTION_LIFETIME", timedelta(seconds=2))
    listener = Listener()
    url, key = f"{supabase.supabase_url}/realtime/v1", SecretStr(supabase.secret_key)
    async with RealtimeUpstream(url, key) as upstream:
        with upstream.listening(f"run:{live_run.run_id}", listener):
            await until(lambda: listener.joins == 2)
            assert upstream.connection_count == 2


async def test_a_wrong_key_is_a_connection_that_never_stands(proxy: CuttableProxy) -> None:
    async with RealtimeUpstream(
        f"{proxy.url}/realtime/v1", SecretStr("sb_secret_wrong")
    ) as upstream:
        # The second attempt follows the refusal of the first.
        await until(lambda: proxy.connection_count >= 2)
        assert not upstream.is_connected
