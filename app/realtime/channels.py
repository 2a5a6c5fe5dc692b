"""One topic of the upstream connection, kept joined for as long as somebody listens."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from realtime import (
    AsyncRealtimeChannel,
    AsyncRealtimeClient,
    BroadcastPayload,
    RealtimeChannelOptions,
    RealtimeSubscribeStates,
)

from app.core.logging import get_logger
from app.realtime.errors import RealtimeUnavailableError
from app.realtime.topics import TopicListener

LEAVE_TIMEOUT_SECONDS: Final = 2
ANY_EVENT: Final = "*"
PRESENCE_INTERVAL_SECONDS: Final = 10
"""Realtime closes channels that change their presence more than five times in thirty seconds."""

logger = get_logger(__name__)


class Topic:
    """
    A private broadcast topic.

    It outlives connections and channels: `hold` is called once per channel, and the listener
    may change while a channel is joined, so that a quick leave and return costs nothing.
    `presence_key` is the name of this process among those that show their presence.
    """

    def __init__(self, name: str, presence_key: str) -> None:
        self.name = name
        self.presence_key = presence_key
        self._listener: TopicListener | None = None
        self._membership: _Membership | None = None
        self._attention = asyncio.Event()
        self._presence: Mapping[str, object] | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether anybody listens."""
        return self._listener is not None

    @property
    def is_joined(self) -> bool:
        """Whether messages arrive at the moment, as far as Realtime has told."""
        return self._membership is not None and self._membership.is_joined

    def add_listener(self, listener: TopicListener) -> None:
        """Take the place of a listener that is about to leave, if there is one."""
        self._listener = listener
        if self._membership is not None and self._membership.is_joined:
            listener.on_joined()
            self._membership.report_presence()
        self._attention.set()

    def remove_listener(self, listener: TopicListener) -> None:
        """Leave the topic soon, unless another listener has come."""
        if self._listener is listener:
            self._listener = None
            self._attention.set()

    def wake(self) -> None:
        """Have whoever holds the topic look again whether its connection stands."""
        self._attention.set()

    async def wait_for_change(self, seconds: float | None = None) -> None:
        """Wait for a listener to come or go, or for `wake`; not longer than so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._attention.wait()
        self._attention.clear()

    def show_presence(self, payload: Mapping[str, object]) -> None:
        """Let the other members of the topic know this of us, soon and after every join."""
        self._presence = payload
        self._attention.set()

    async def send(self, event: str, payload: Mapping[str, object]) -> None:
        """Broadcast to the topic; raises `RealtimeUnavailableError` while it is not joined."""
        membership = self._membership
        if membership is None or not membership.is_joined:
            raise RealtimeUnavailableError
        await membership.send(event, payload)

    async def hold(self, client: AsyncRealtimeClient) -> None:
        """
        Join through this connection and stay until closed, disconnected or no longer wanted.

        The client rejoins by itself after errors of the channel; not after a close.
        """
        membership = _Membership(self, client)
        self._membership = membership
        try:
            await membership.join()
            while self.is_wanted and client.is_connected and not membership.is_closed:
                seconds = await membership.show_presence(self._presence)
                await self.wait_for_change(seconds)
        finally:
            self._membership = None
            membership.retire()
            self.report_lost()
            if client.is_connected and not _is_cancelled():
                await membership.leave()

    def report_joined(self) -> None:
        """Tell the listener."""
        if self._listener is not None:
            self._listener.on_joined()
        self._attention.set()

    def report_lost(self) -> None:
        """Tell the listener."""
        if self._listener is not None:
            self._listener.on_lost()
        self._attention.set()

    def report_message(self, payload: Mapping[str, object]) -> None:
        """Tell the listener."""
        if self._listener is not None:
            self._listener.on_message(payload)

    def report_presence(self, others: list[Mapping[str, object]]) -> None:
        """Tell the listener."""
        if self._listener is not None:
            self._listener.on_presence(others)


class _Membership:
    """One channel of one connection; once retired, whatever it still hears is ignored."""

    def __init__(self, topic: Topic, client: AsyncRealtimeClient) -> None:
        self._topic = topic
        self._channel: AsyncRealtimeChannel = client.channel(
            topic.name, _channel_options(topic.presence_key)
        )
        self._is_retired = False
        self._closed = asyncio.Event()
        self._shown: Mapping[str, object] | None = None
        self._show_at = 0.0
        self.is_joined = False

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    async def join(self) -> None:
        self._channel.on_broadcast(ANY_EVENT, self._on_broadcast)
        self._channel.on_presence_sync(self.report_presence)
        await self._channel.subscribe(self._on_state)

    def retire(self) -> None:
        self._is_retired = True
        self.is_joined = False

    async def send(self, event: str, payload: Mapping[str, object]) -> None:
        await self._channel.send_broadcast(event, payload)

    async def show_presence(self, presence: Mapping[str, object] | None) -> float | None:
        """Show what has changed, unless it is too early; return the seconds until it is not."""
        if presence is self._shown or not self.is_joined:
            return None
        now = asyncio.get_running_loop().time()
        if now < self._show_at:
            return self._show_at - now
        self._shown = presence
        self._show_at = now + PRESENCE_INTERVAL_SECONDS
        await self._channel.track(dict(presence or {}))
        return None

    def report_presence(self) -> None:
        if self._is_retired:
            return
        state = self._channel.presence_state()
        others = (shown for key, shown in state.items() if key != self._topic.presence_key)
        self._topic.report_presence([dict(item) for shown in others for item in shown])

    async def leave(self) -> None:
        """
        Leave, even after a close.

        The close may have been meant for an earlier join of the topic; the server would answer
        the next join with the same close again if the topic were still joined.
        """
        was_closed = self.is_closed
        await self._channel.unsubscribe()
        if was_closed:
            return
        try:
            async with asyncio.timeout(LEAVE_TIMEOUT_SECONDS):
                await self._closed.wait()
        except TimeoutError:
            logger.warning("topic_leave_unanswered", topic=self._topic.name)

    def _on_broadcast(self, message: BroadcastPayload) -> None:
        if not self._is_retired:
            self._topic.report_message(message["payload"])

    def _on_state(self, state: RealtimeSubscribeStates, error: Exception | None) -> None:
        if state is RealtimeSubscribeStates.CLOSED:
            self._closed.set()
        if self._is_retired:
            return
        self.is_joined = state is RealtimeSubscribeStates.SUBSCRIBED
        if self.is_joined:
            logger.info("topic_joined", topic=self._topic.name)
            # The server forgets who was present when a channel is joined anew.
            self._shown, self._show_at = None, 0.0
            self._topic.report_joined()
        else:
            logger.warning(
                "topic_lost", topic=self._topic.name, state=state.value, reason=str(error)
            )
            self._topic.report_lost()


def _is_cancelled() -> bool:
    """Whether the process lets go of the connection altogether, and nothing has to be left."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _channel_options(presence_key: str) -> RealtimeChannelOptions:
    return {
        "config": {
            "broadcast": {"ack": False, "self": True},
            "presence": {"key": presence_key, "enabled": True},
            "private": True,
        }
    }
