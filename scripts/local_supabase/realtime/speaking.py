"""What a client says on a channel it joined: broadcasts and its presence."""

from typing import Any, cast

import orjson

from scripts.local_supabase.realtime.authorization import DatabaseUnavailableError
from scripts.local_supabase.realtime.broadcasts import Broadcast
from scripts.local_supabase.realtime.channels import Channel
from scripts.local_supabase.realtime.frames import ClientFrame
from scripts.local_supabase.realtime.hub import Hub


async def speak(hub: Hub, channel: Channel, frame: ClientFrame) -> None:
    """Broadcast to the room. As on hosted, who may not write is not told so."""
    broadcast = frame.broadcast or _build_broadcast(channel.room.topic, frame.payload)
    if broadcast is None or not await _is_write_allowed(hub, channel, "broadcast"):
        return
    if len(broadcast.payload) > hub.limits.payload_bytes:
        if channel.request.acknowledges:
            channel.reply(frame.ref, "error", {"reason": "payload_size_exceeded"})
        return
    sender = None if channel.request.includes_self else channel
    hub.registry.publish(channel.room, broadcast, sender=sender)
    if channel.request.acknowledges:
        channel.reply(frame.ref, "ok", {})


async def track_presence(hub: Hub, channel: Channel, frame: ClientFrame) -> None:
    """Track or untrack the client."""
    event, meta = frame.payload.get("event"), frame.payload.get("payload")
    if event not in ("track", "untrack"):
        channel.reply(frame.ref, "error", {"reason": "the presence event is track or untrack"})
    elif not await _is_write_allowed(hub, channel, "presence"):
        reason = "Unauthorized: You do not have permissions to track presence on this Channel topic"
        channel.reply(frame.ref, "error", {"reason": f"{reason}: {channel.room.topic}"})
    elif event == "track":
        channel.reply(frame.ref, "ok", {})
        hub.presence.track(channel, cast("dict[str, Any]", meta) if isinstance(meta, dict) else {})
    else:
        channel.reply(frame.ref, "ok", {})
        hub.presence.untrack(channel)


def _build_broadcast(topic: str, payload: dict[str, Any]) -> Broadcast | None:
    event = payload.get("event")
    if not isinstance(event, str):
        return None
    return Broadcast(topic, event, orjson.dumps(payload.get("payload") or {}))


async def _is_write_allowed(hub: Hub, channel: Channel, extension: str) -> bool:
    """Ask once per channel, extension and token; an unreachable database allows nothing for now."""
    if not channel.room.private:
        return True
    if extension not in channel.writable:
        identity = channel.identity
        try:
            allowed = await hub.authorizer.is_write_allowed(identity, channel.room.topic, extension)
        except DatabaseUnavailableError:
            return False
        channel.writable[extension] = allowed
    return channel.writable[extension]
