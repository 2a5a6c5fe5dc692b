"""The one connection of this process to Supabase Realtime."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

from pydantic import SecretStr
from realtime import AsyncRealtimeClient
from tenacity import AsyncRetrying, RetryCallState, wait_random_exponential

from app.core.logging import get_logger
from app.realtime.channels import Topic
from app.realtime.echo import Echo
from app.realtime.errors import RealtimeUnavailableError
from app.realtime.tasks import OwnedTasks
from app.realtime.topics import TopicListener

CONNECT_TIMEOUT_SECONDS: Final = 10
CLOSE_TIMEOUT_SECONDS: Final = 2
RECONNECT_DELAY_SECONDS: Final = 0.25
RECONNECT_DELAY_LIMIT_SECONDS: Final = 5
REJOIN_DELAY_SECONDS: Final = 0.5
CONNECTION_CHECK_SECONDS: Final = 1
PING_INTERVAL_SECONDS: Final = 10
CONNECTION_LIFETIME: Final = timedelta(hours=12)
"""Realtime may end connections made with a secret key after 24 hours; we choose the moment."""

logger = get_logger(__name__)


class RealtimeUpstream:
    """
    Keeps one connection for as long as it is entered, and one private channel per topic in use.

    The client library gives up for good after some outages, so its own reconnecting is off: a lost
    connection is replaced by a new client on which all topics are joined anew.
    """

    def __init__(self, url: str, secret_key: SecretStr) -> None:
        self._url = url
        self._secret_key = secret_key
        self._tasks = OwnedTasks()
        self._topics: dict[str, Topic] = {}
        self._client: AsyncRealtimeClient | None = None
        self._check_requested = asyncio.Event()
        self._is_distrusted = False
        self._has_echoed = False
        self._process_name = str(uuid4())
        self._echo = Echo()
        self._echo_topic = Topic(f"relay:{self._process_name}", self._process_name)
        self.connection_count = 0

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._echo_topic.add_listener(self._echo)
        self._tasks.start(self._stay_connected(), "realtime-connection")
        self._tasks.start(self._stay_joined(self._echo_topic), "realtime-echo")
        self._tasks.start(self._ping_regularly(), "realtime-ping")
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._tasks.__aexit__(exception_type, exception, traceback)

    @property
    def is_connected(self) -> bool:
        """Whether the socket stands."""
        return self._client is not None and self._client.is_connected

    @property
    def topics(self) -> frozenset[str]:
        """The topics that are joined or about to be."""
        return frozenset(self._topics)

    @property
    def joined_topics(self) -> frozenset[str]:
        """The topics whose messages arrive at the moment."""
        return frozenset(topic.name for topic in tuple(self._topics.values()) if topic.is_joined)

    @property
    def round_trip_seconds(self) -> float | None:
        """How long the latest ping took, None before the first."""
        return self._echo.round_trip_seconds

    async def ping(self) -> None:
        """Send a message to this process itself; raises `RealtimeUnavailableError` when it is lost."""
        if not self.is_connected:
            raise RealtimeUnavailableError
        await self._echo.ping(self._echo_topic.send)
        self._has_echoed = True

    @contextmanager
    def listening(self, topic_name: str, listener: TopicListener) -> Generator[None]:
        """Tell the listener what happens on the topic; a topic has one listener at a time."""
        topic = self._topics.get(topic_name)
        if topic is None:
            topic = self._topics[topic_name] = Topic(topic_name, self._process_name)
            self._tasks.start(self._keep_while_wanted(topic), f"realtime-{topic_name}")
        topic.add_listener(listener)
        try:
            yield
        finally:
            topic.remove_listener(listener)

    def show_presence(self, topic_name: str, payload: Mapping[str, object]) -> None:
        """Let the other members of a topic that is listened to know this, sooner or later."""
        topic = self._topics.get(topic_name)
        if topic is not None:
            topic.show_presence(payload)

    def distrust(self) -> None:
        """Connect anew: the library's reading task can die while the socket seems to stand."""
        logger.warning("realtime_distrusted")
        self._is_distrusted = True
        self._check_requested.set()

    async def _keep_while_wanted(self, topic: Topic) -> None:
        await self._stay_joined(topic)
        del self._topics[topic.name]

    async def _stay_joined(self, topic: Topic) -> None:
        while topic.is_wanted:
            client = self._client
            if client is None or not client.is_connected:
                await topic.wait_for_change()
                continue
            await self._hold(topic, client)

    async def _hold(self, topic: Topic, client: AsyncRealtimeClient) -> None:
        try:
            await topic.hold(client)
        except Exception:
            # The library raises bare exceptions; one topic must not end the others.
            logger.exception("topic_failed", topic=topic.name)
        self._check_requested.set()
        if topic.is_wanted:
            await asyncio.sleep(REJOIN_DELAY_SECONDS)

    async def _stay_connected(self) -> None:
        while True:
            client = await self._connect()
            self._client = client
            self._is_distrusted = self._has_echoed = False
            self.connection_count += 1
            logger.info("realtime_connected")
            self._wake_topics()
            try:
                await self._watch(client)
            finally:
                self._client = None
                self._wake_topics()
                await _close(client)
            logger.warning("realtime_disconnected")

    async def _connect(self) -> AsyncRealtimeClient:
        # The library raises bare exceptions here; whatever it is, we try again.
        async for attempt in AsyncRetrying(
            wait=wait_random_exponential(RECONNECT_DELAY_SECONDS, RECONNECT_DELAY_LIMIT_SECONDS),
            before_sleep=_log_failed_attempt,
        ):
            with attempt:
                client = self._create_client()
                await client.connect()
                return client
        raise RealtimeUnavailableError

    def _create_client(self) -> AsyncRealtimeClient:
        return AsyncRealtimeClient(
            self._url,
            token=self._secret_key.get_secret_value(),
            auto_reconnect=False,
            timeout=CONNECT_TIMEOUT_SECONDS,
        )

    async def _watch(self, client: AsyncRealtimeClient) -> None:
        """Return when the connection is lost, distrusted or old."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECTION_LIFETIME.total_seconds()):
                while client.is_connected and not self._is_distrusted:
                    await self._wait_for_check()

    async def _wait_for_check(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECTION_CHECK_SECONDS):
                await self._check_requested.wait()
        self._check_requested.clear()

    async def _ping_regularly(self) -> None:
        while True:
            await asyncio.sleep(PING_INTERVAL_SECONDS)
            if not self._echo_topic.is_joined:
                continue
            try:
                await self.ping()
            except Exception:
                # The library raises bare exceptions. Only a ping that once worked is a measure.
                logger.exception("realtime_ping_lost")
                if self._has_echoed:
                    self.distrust()

    def _wake_topics(self) -> None:
        for topic in (self._echo_topic, *self._topics.values()):
            topic.wake()


async def _close(client: AsyncRealtimeClient) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
            await client.close()


def _log_failed_attempt(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    logger.warning("realtime_connect_failed", attempt=state.attempt_number, error=repr(error))
