"""Which topics a viewer may follow: row level security decides, asked with the viewer's own token."""

import asyncio
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

from app.auth.principal import Principal
from app.core.clock import Clock
from app.core.errors import NotFoundError
from app.realtime.topics import TopicName

GRANT_LIFETIME: Final = timedelta(seconds=5)


class AccessReader(Protocol):
    """Asks the database with the rights of a principal."""

    async def list_readable(
        self, principal: Principal, topics: frozenset[TopicName]
    ) -> frozenset[TopicName]:
        """Return those of the topics that the principal may follow now; raises an `AppError`."""
        ...


class TopicAccess:
    """
    Lets viewers in.

    Many viewers of one user who come at once cost one question: its answer is good for
    `GRANT_LIFETIME`, and whoever comes meanwhile waits for it.
    """

    def __init__(self, reader: AccessReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._granted: dict[tuple[UUID, TopicName], float] = {}

    async def require(self, principal: Principal, topic: TopicName) -> None:
        """Raise `NotFoundError` unless the principal may follow the topic, or what the read raises."""
        key = (principal.rights, topic)
        lock = self._locks.get(principal.rights) or asyncio.Lock()
        self._locks[principal.rights] = lock
        async with lock:
            if self._clock.monotonic() >= self._granted.get(key, 0.0):
                await self._ask(principal, topic)

    async def list_readable(
        self, principal: Principal, topics: frozenset[TopicName]
    ) -> frozenset[TopicName]:
        """Return those of the topics that the principal may follow now; raises what the read raises."""
        return await self._reader.list_readable(principal, topics)

    def revoke(self, principal: Principal, topics: frozenset[TopicName]) -> None:
        """Have the next attempt with the same rights ask anew."""
        for topic in topics:
            self._granted.pop((principal.rights, topic), None)

    def forget_old_grants(self) -> None:
        """Free the memory of answers that are too old."""
        now = self._clock.monotonic()
        self._granted = {key: until for key, until in self._granted.items() if until > now}

    async def _ask(self, principal: Principal, topic: TopicName) -> None:
        readable = await self._reader.list_readable(principal, frozenset({topic}))
        if topic not in readable:
            raise NotFoundError
        until = self._clock.monotonic() + GRANT_LIFETIME.total_seconds()
        self._granted[principal.rights, topic] = until
