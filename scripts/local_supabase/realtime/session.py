"""What the frames of one connection do: joining, leaving, speaking and renewing tokens."""

import asyncio
import logging
import time
from typing import Any

from scripts.local_supabase.realtime.admission import Admission
from scripts.local_supabase.realtime.broadcasts import TOPIC_PREFIX, Broadcast
from scripts.local_supabase.realtime.channels import Channel, Send
from scripts.local_supabase.realtime.frames import ClientFrame, Codec, ServerFrame
from scripts.local_supabase.realtime.hub import Hub
from scripts.local_supabase.realtime.joining import JoinRefusedError, parse_user_token
from scripts.local_supabase.realtime.speaking import speak, track_presence

logger = logging.getLogger(__name__)


class Session:
    """The channels of one connection."""

    def __init__(self, hub: Hub, codec: Codec, socket_token: str, send: Send) -> None:
        self._hub = hub
        self._codec = codec
        self._send = send
        self._admission = Admission(hub, codec, socket_token, send)
        self._channels: dict[str, Channel] = {}

    async def handle(self, frame: ClientFrame) -> None:
        """Do what the client asks; everything it hears in return goes through `send`."""
        channel = self._channels.get(frame.topic.removeprefix(TOPIC_PREFIX))
        if frame.topic == "phoenix":
            self._reply(frame, "ok")
        elif not frame.topic.startswith(TOPIC_PREFIX):
            self._reply(frame, "error", {"reason": "unmatched topic"})
        elif frame.event == "phx_join":
            await self._join(frame)
        elif channel is None:
            self._answer_without_channel(frame)
        elif frame.join_ref is None or frame.join_ref == channel.join_ref:
            await self._dispatch(channel, frame)

    def close(self) -> None:
        """Leave every channel."""
        for channel in list(self._channels.values()):
            self._drop(channel)

    def _answer_without_channel(self, frame: ClientFrame) -> None:
        if frame.event == "phx_leave":
            self._reply(frame, "ok")
        else:
            self._reply(frame, "error", {"reason": "unmatched topic"})

    async def _dispatch(self, channel: Channel, frame: ClientFrame) -> None:
        match frame.event:
            case "phx_leave":
                self._drop(channel)
                channel.reply(frame.ref, "ok", {})
                channel.push_close()
            case "access_token":
                await self._renew_token(channel, frame)
            case "broadcast":
                await speak(self._hub, channel, frame)
            case "presence":
                await track_presence(self._hub, channel, frame)
            case _:
                logger.info("Event %s on %s is unknown", frame.event, frame.topic)

    async def _join(self, frame: ClientFrame) -> None:
        previous = self._channels.get(frame.topic.removeprefix(TOPIC_PREFIX))
        if previous is not None:
            self._drop(previous)
        try:
            await self._open(frame)
        except JoinRefusedError as refusal:
            self._reply(frame, "error", {"reason": str(refusal)})
        if previous is not None:
            previous.push_close()

    async def _open(self, frame: ClientFrame) -> None:
        if len(self._channels) >= self._hub.limits.channels:
            raise JoinRefusedError("ChannelRateLimitReached: Too many channels")
        channel = await self._admission.admit(frame)
        # Registered before it reads what to replay: between the two nothing can be missed.
        self._channels[channel.room.topic] = channel
        self._hub.registry.add(channel)
        try:
            replayed = await self._admission.list_replay(channel)
        except JoinRefusedError:
            self._drop(channel)
            raise
        self._welcome(channel, frame, replayed)
        await self._confirm_replication(channel)

    def _welcome(self, channel: Channel, frame: ClientFrame, replayed: list[Broadcast]) -> None:
        channel.reply(frame.ref, "ok", {"postgres_changes": []})
        if channel.request.wants_presence and channel.readable.presence:
            channel.push_presence_state(self._hub.presence.get_state(channel.room))
        channel.replay(replayed)
        channel.release()
        self._schedule_expiry(channel)

    async def _confirm_replication(self, channel: Channel) -> None:
        if not channel.request.wants_replication_ready:
            return
        try:
            async with asyncio.timeout(self._hub.limits.database_wait.total_seconds()):
                await self._hub.feed.listening.wait()
        except TimeoutError:
            self._terminate(channel, "Replication connection was not established in time")
        else:
            channel.push_system("ok", "Replication connection established")

    async def _renew_token(self, channel: Channel, frame: ClientFrame) -> None:
        token = parse_user_token(frame.payload)
        if token is None or token == channel.identity.token:
            return
        try:
            identity, readable = await self._admission.authorize(token, channel.room)
        except JoinRefusedError as refusal:
            self._terminate(channel, str(refusal))
            return
        channel.identity, channel.readable = identity, readable
        channel.writable.clear()
        if self._is_joined(channel):
            self._schedule_expiry(channel)

    def _schedule_expiry(self, channel: Channel) -> None:
        if channel.cancel_expiry is not None:
            channel.cancel_expiry()
        remaining = channel.identity.expires_at - time.time()
        timer = asyncio.get_running_loop().call_later(max(remaining, 0), self._expire, channel)
        channel.cancel_expiry = timer.cancel

    def _expire(self, channel: Channel) -> None:
        overdue = max(0, int(time.time() - channel.identity.expires_at))
        self._terminate(channel, f"Token has expired {overdue} seconds ago")

    def _terminate(self, channel: Channel, message: str) -> None:
        if self._is_joined(channel):
            channel.push_system("error", message)
            self._drop(channel)
            channel.push_close()

    def _is_joined(self, channel: Channel) -> bool:
        return self._channels.get(channel.room.topic) is channel

    def _drop(self, channel: Channel) -> None:
        self._channels.pop(channel.room.topic, None)
        self._hub.registry.remove(channel)
        self._hub.presence.untrack(channel)
        if channel.cancel_expiry is not None:
            channel.cancel_expiry()

    def _reply(
        self, frame: ClientFrame, status: str, response: dict[str, Any] | None = None
    ) -> None:
        payload = {"status": status, "response": response or {}}
        reply = ServerFrame(frame.topic, "phx_reply", payload, frame.ref, frame.join_ref)
        self._send(self._codec.encode(reply))
