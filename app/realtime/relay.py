"""The fan-out: any number of viewers, one upstream topic and one feed per watched topic."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

from app.auth.principal import Principal
from app.core.clock import Clock
from app.core.logging import get_logger
from app.realtime.access import AccessReader, TopicAccess
from app.realtime.archive import TopicArchive, TopicReader
from app.realtime.connections import (
    Connection,
    ConnectionKind,
    ConnectionLimits,
    Connections,
)
from app.realtime.errors import (
    AlreadySubscribedError,
    RelayClosedError,
    TooManySubscriptionsError,
)
from app.realtime.feed import FeedTiming, TopicFeed
from app.realtime.presence import PresenceExchange
from app.realtime.subscription import Subscription
from app.realtime.supervision import SupervisionTiming, Supervisor
from app.realtime.tasks import OwnedTasks
from app.realtime.topics import TopicName, TopicSource

logger = get_logger(__name__)


class TopicStore(TopicReader, AccessReader, Protocol):
    """The database, as the relay needs it."""


@dataclass(frozen=True, slots=True)
class RelayTiming:
    """All waits of the relay."""

    feed: FeedTiming = field(default_factory=FeedTiming)
    supervision: SupervisionTiming = field(default_factory=SupervisionTiming)
    before_retry: timedelta = timedelta(seconds=1)
    """Until a viewer is served again to whom the database did not answer."""


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """How much the relay serves, and how patiently."""

    limits: ConnectionLimits = field(default_factory=ConnectionLimits)
    timing: RelayTiming = field(default_factory=RelayTiming)


@dataclass(slots=True)
class _WatchedTopic:
    feed: TopicFeed
    task: asyncio.Task[None]
    viewers: int = 0


class EventRelay:
    """Passes the events of topics on to viewers for as long as it is entered."""

    def __init__(
        self,
        upstream: TopicSource,
        store: TopicStore,
        exchange: PresenceExchange,
        options: RelayOptions,
        clock: Clock,
    ) -> None:
        self._upstream = upstream
        self._store = store
        self._exchange = exchange
        self._limits = options.limits
        self._timing = options.timing
        self._clock = clock
        self._tasks = OwnedTasks()
        self._topics: dict[TopicName, _WatchedTopic] = {}
        self._is_closed = False
        self._access = TopicAccess(store, self._clock)
        self.connections = Connections(self._limits, self._clock)
        self.supervisor = Supervisor(
            self.connections, self.list_feeds, self._access, self._timing.supervision, self._clock
        )

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._tasks.start(self.supervisor.look_after_connections(), "relay-supervision")
        self._tasks.start(self.supervisor.check_access_regularly(), "relay-access")
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        await self._tasks.__aexit__(exception_type, exception, traceback)

    @property
    def viewer_counts(self) -> dict[TopicName, int]:
        """How many viewers follow each watched topic."""
        return {topic: watched.viewers for topic, watched in tuple(self._topics.items())}

    def list_feeds(self) -> Iterable[TopicFeed]:
        """Return the feeds of all watched topics."""
        return [watched.feed for watched in tuple(self._topics.values())]

    def close(self) -> None:
        """End every connection, telling its viewer to come back, and accept no new one."""
        self._is_closed = True
        for connection in self.connections:
            connection.end("shutting_down")

    def connect(self, principal: Principal, kind: ConnectionKind) -> Connection:
        """Let a viewer in; raises `RelayClosedError` and what `Connections.open` raises."""
        if self._is_closed:
            raise RelayClosedError
        return self.connections.open(principal, kind)

    async def subscribe(
        self, connection: Connection, topic: TopicName, after_seq: int | None = None
    ) -> Subscription:
        """
        Have the connection follow a topic.

        With `after_seq` it begins with the event that follows it; without it, or when the log
        does not reach back that far, with a snapshot. Raises `NotFoundError`,
        `AlreadySubscribedError`, `TooManySubscriptionsError`, `RelayClosedError` and what the
        database raises.
        """
        if self._is_closed:
            raise RelayClosedError
        if topic in connection.subscriptions:
            raise AlreadySubscribedError
        if len(connection.subscriptions) >= self._limits.topics_of_one:
            raise TooManySubscriptionsError
        await self._access.require(connection.principal, topic)
        subscription = self._attach(connection, topic)
        try:
            await subscription.open(after_seq)
        except BaseException:
            self.unsubscribe(connection, topic)
            raise
        return subscription

    def unsubscribe(self, connection: Connection, topic: TopicName) -> None:
        """Have the connection no longer follow the topic, if it does."""
        subscription = connection.subscriptions.pop(topic, None)
        if subscription is not None:
            subscription.close()

    async def check_access(self, connection: Connection) -> None:
        """Detach the viewer from what its present token does not let it follow."""
        await self.supervisor.check_access_of(connection)

    def _attach(self, connection: Connection, topic: TopicName) -> Subscription:
        watched = self._topics.get(topic)
        if watched is None or watched.feed.interruption is not None:
            watched = self._topics[topic] = self._watch(topic)
        watched.viewers += 1
        user_id = connection.principal.user_id
        watched.feed.presence.join(user_id)

        def detach() -> None:
            watched.viewers -= 1
            watched.feed.presence.leave(user_id)
            if watched.viewers == 0:
                self._forget(topic, watched)

        subscription = Subscription(
            watched.feed, connection.wake, detach, self._timing.before_retry
        )
        connection.subscriptions[topic] = subscription
        return subscription

    def _watch(self, topic: TopicName) -> _WatchedTopic:
        archive = TopicArchive(topic, self._store, self._clock)
        feed = TopicFeed(
            topic, archive, self._upstream, self._exchange, self._timing.feed, self._clock
        )
        return _WatchedTopic(feed, self._tasks.start(self._keep(feed), f"feed-{topic}"))

    def _forget(self, topic: TopicName, watched: _WatchedTopic) -> None:
        watched.task.cancel()
        # After an interruption another feed may have taken the place of this one.
        if self._topics.get(topic) is watched:
            del self._topics[topic]

    async def _keep(self, feed: TopicFeed) -> None:
        try:
            await feed.wait_until_open()
            if feed.is_complete:
                return
            with self._upstream.listening(str(feed.topic), feed):
                await feed.run()
        except Exception:
            # A mistake in one feed must not end the streams of other topics.
            logger.exception("feed_failed", topic=str(feed.topic))
            feed.interrupt("interrupted")
