"""Who is present in a room."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from scripts.local_supabase.realtime.broadcasts import Room
from scripts.local_supabase.realtime.channels import Channel, ChannelRegistry
from scripts.local_supabase.realtime.frames import ServerFrame

State = dict[str, dict[str, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Presence:
    """What one channel tracks under its key."""

    key: str
    meta: Mapping[str, Any]


class PresenceTracker:
    """Presences of every room; tells the rooms what changed."""

    def __init__(self, registry: ChannelRegistry) -> None:
        self._registry = registry
        self._rooms: dict[Room, dict[Channel, Presence]] = defaultdict(dict)
        self._refs = count(1)

    def get_state(self, room: Room) -> State:
        """Return everyone present, by key."""
        return _build_state(self._rooms[room].values() if room in self._rooms else ())

    def track(self, channel: Channel, meta: Mapping[str, Any]) -> None:
        """Announce a channel as present, or what it says of itself now."""
        room = self._rooms[channel.room]
        previous = room.get(channel)
        presence = Presence(
            channel.request.presence_key, {**meta, "phx_ref": f"local-{next(self._refs)}"}
        )
        room[channel] = presence
        self._push_difference(channel.room, joined=presence, left=previous)

    def untrack(self, channel: Channel) -> None:
        """Announce that a channel is gone; nothing happens when it was never present."""
        room = self._rooms.get(channel.room, {})
        presence = room.pop(channel, None)
        if not room:
            self._rooms.pop(channel.room, None)
        if presence is not None:
            self._push_difference(channel.room, joined=None, left=presence)

    def _push_difference(
        self, room: Room, *, joined: Presence | None, left: Presence | None
    ) -> None:
        payload = {
            "joins": _build_state([joined] if joined else ()),
            "leaves": _build_state([left] if left else ()),
        }
        frame = ServerFrame(room.wire_topic, "presence_diff", payload)
        for channel in self._registry.list_members(room):
            if channel.request.wants_presence and channel.readable.presence:
                channel.send(channel.codec.encode(frame))


def _build_state(presences: Iterable[Presence]) -> State:
    state: State = {}
    for presence in presences:
        state.setdefault(presence.key, {"metas": []})["metas"].append(dict(presence.meta))
    return state
