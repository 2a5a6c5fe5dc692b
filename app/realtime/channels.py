"""One topic of the upstream connection, kept joined for as long as somebody listens."""

import asyncio
from collections.abc import Mapping
from typing import Final

from realtime import (
    AsyncRealtimeChannel,
    AsyncRealtimeClient,
    BroadcastPayload,
    RealtimeChannelOptions,
    RealtimeSubscribeStates,
)

from app.core.logging import get_logger
from app.realtime.topics import TopicListener

LEAVE_TIMEOUT_SECONDS: Final = 2
ANY_EVENT: Final = "*"

logger = get_logger(__name__)


class Topic:
    """
    A private broadcast topic.

    It outlives connections and channels: `hold` is called once per channel, and the listener
    may change while a channel is joined, so that a quick leave and return costs nothing.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._listener: TopicListener | None = None
        self._membership: _Membership | None = None
        self._attention = asyncio.Event()

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
        if self.is_joined:
            listener.on_joined()
        self._attention.set()

    def remove_listener(self, listener: TopicListener) -> None:
        """Leave the topic soon, unless another listener has come."""
        if self._listener is listener:
            self._listener = None
            self._attention.set()

    def wake(self) -> None:
        """Have whoever holds the topic look again whether its connection stands."""
        self._attention.set()

    async def wait_for_change(self) -> None:
        """Wait for a listener to come or go, or for `wake`."""
        self._attention.clear()
        await self._attention.wait()

    async def hold(self, client: AsyncRealtimeClient) -> None:
        """
        Join through this connection and stay until closed, disconnected or no longer wanted.

        The client rejoins by itself after errors of the channel; not after a close.
        """
        membership = _Membership(self, client.channel(self.name, _channel_options()))
        self._membership = membership
        try:
            await membership.join()
            while self.is_wanted and client.is_connected and not membership.is_closed:
                await self.wait_for_change()
        finally:
            self._membership = None
            membership.retire()
            self.report_lost()
            if client.is_connected:
                await membership.leave()

    def report_joined(self) -> None:
        """Tell the listener."""
        if self._listener is not None:
            self._listener.on_joined()

    def report_lost(self) -> None:
        """Tell the listener."""
        if self._listener is not None:
            self._listener.on_lost()
        self._attention.set()

    def report_message(self, payload: Mapping[str, object]) -> None:
        """Tell the listener."""
        if self._listener is not None:
            self._listener.on_message(payload)


class _Membership:
    """One channel of one connection; once retired, whatever it still hears is ignored."""

    def __init__(self, topic: Topic, channel: AsyncRealtimeChannel) -> None:
        self._topic = topic
        self._channel = channel
        self._is_retired = False
        self._closed = asyncio.Event()
        self.is_joined = False

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    async def join(self) -> None:
        self._channel.on_broadcast(ANY_EVENT, self._on_broadcast)
        await self._channel.subscribe(self._on_state)

    def retire(self) -> None:
        self._is_retired = True
        self.is_joined = False

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
            self._topic.report_joined()
        else:
            logger.warning(
                "topic_lost", topic=self._topic.name, state=state.value, reason=str(error)
            )
            self._topic.report_lost()


def _channel_options() -> RealtimeChannelOptions:
    return {
        "config": {
            "broadcast": {"ack": False, "self": False},
            "presence": {"key": "", "enabled": False},
            "private": True,
        }
    }
