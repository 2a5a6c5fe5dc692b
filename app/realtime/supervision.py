"""What time does to viewers: tokens expire, memberships end, sockets get stuck or old."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from app.core.clock import Clock
from app.core.errors import AppError, UnauthorizedError
from app.core.logging import get_logger
from app.realtime.access import TopicAccess
from app.realtime.connections import Connection, Connections
from app.realtime.feed import TopicFeed
from app.realtime.topics import TopicName

TOPICS_PER_QUESTION: Final = 200
QUESTIONS_AT_A_TIME: Final = 4

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SupervisionTiming:
    """How long viewers may do what."""

    between_looks: timedelta = timedelta(seconds=1)
    between_heartbeats: timedelta = timedelta(seconds=15)
    between_access_checks: timedelta = timedelta(seconds=30)
    longest_send: timedelta = timedelta(seconds=20)
    """A viewer that takes nothing for so long is dropped."""
    longest_farewell: timedelta = timedelta(seconds=1)
    lifetime: timedelta = timedelta(hours=1)
    """Of a connection; up to a tenth less, so that those opened together do not end together."""


class Supervisor:
    """Looks at every connection and topic of the process in turn; viewers need no timers."""

    def __init__(
        self,
        connections: Connections,
        list_feeds: Callable[[], Iterable[TopicFeed]],
        access: TopicAccess,
        timing: SupervisionTiming,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._list_feeds = list_feeds
        self._access = access
        self._timing = timing
        self._clock = clock

    async def look_after_connections(self) -> None:
        """Look again and again; never ends."""
        while True:
            await asyncio.sleep(self._timing.between_looks.total_seconds())
            try:
                self.look()
            except Exception:
                logger.exception("supervision_failed")

    async def check_access_regularly(self) -> None:
        """Ask again and again who may still follow what; never ends."""
        while True:
            await asyncio.sleep(self._timing.between_access_checks.total_seconds())
            try:
                await self.check_access()
            except Exception:
                logger.exception("access_check_failed")

    def look(self) -> None:
        """End what is over, wake who needs a heartbeat, and tell who has come and gone."""
        now, instant = self._clock.monotonic(), self._clock.now()
        for connection in self._connections:
            try:
                self._look_at(connection, now, instant)
            except Exception:
                # A mistake about one connection must not leave all others alone.
                logger.exception("connection_not_looked_at")
        for feed in self._list_feeds():
            feed.tell_presence()
        self._access.forget_old_grants()

    async def check_access(self) -> None:
        """Detach every viewer from topics that they may no longer follow."""
        by_rights: dict[UUID, list[Connection]] = defaultdict(list)
        for connection in self._connections:
            by_rights[connection.principal.rights].append(connection)
        turns = asyncio.Semaphore(QUESTIONS_AT_A_TIME)
        async with asyncio.TaskGroup() as tasks:
            for connections in by_rights.values():
                tasks.create_task(self._check_rights(connections, turns))

    async def check_access_of(self, connection: Connection) -> None:
        """Do it for one viewer; raises nothing, what cannot be asked now is asked again later."""
        await self._check_rights([connection], asyncio.Semaphore(1))

    def _look_at(self, connection: Connection, now: float, instant: datetime) -> None:
        timing = self._timing
        if self._is_stuck(connection, now):
            connection.end("too_slow")
            connection.abandon()
        elif connection.principal.expires_at <= instant:
            connection.end("token_expired")
        elif self._is_old(connection, now):
            connection.end("lifetime")
        elif now - connection.sent_at >= timing.between_heartbeats.total_seconds():
            connection.is_heartbeat_due = True
            connection.wake()

    def _is_stuck(self, connection: Connection, now: float) -> bool:
        if connection.sending_since is None:
            return False
        timing = self._timing
        patience = timing.longest_send if connection.ending is None else timing.longest_farewell
        return now - connection.sending_since >= patience.total_seconds()

    def _is_old(self, connection: Connection, now: float) -> bool:
        lifetime = self._timing.lifetime.total_seconds() * connection.lifetime_share
        return now - connection.opened_at >= lifetime

    async def _check_rights(self, connections: list[Connection], turns: asyncio.Semaphore) -> None:
        topics = {topic for connection in connections for topic in connection.subscriptions}
        # They have the same rights; the token that lives longest speaks for all of them.
        principal = max((item.principal for item in connections), key=lambda item: item.expires_at)
        for part in _split(topics):
            try:
                async with turns:
                    readable = await self._access.list_readable(principal, part)
            except UnauthorizedError:
                readable = frozenset[TopicName]()
            except AppError as error:
                logger.warning("access_unchecked", reason=str(error))
                continue
            self._access.revoke(principal, part - readable)
            _detach(connections, part - readable)


def _split(topics: Iterable[TopicName]) -> Iterator[frozenset[TopicName]]:
    remaining = iter(topics)
    while part := frozenset(islice(remaining, TOPICS_PER_QUESTION)):
        yield part


def _detach(connections: Iterable[Connection], topics: frozenset[TopicName]) -> None:
    for connection in connections:
        for topic in topics & connection.subscriptions.keys():
            connection.subscriptions[topic].end("access_revoked")
