"""Channels that clients joined, and who hears what."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.local_supabase.realtime.authorization import Identity, Permissions
from scripts.local_supabase.realtime.broadcasts import Broadcast, Room
from scripts.local_supabase.realtime.frames import Codec, Ref, ServerFrame, WireFrame
from scripts.local_supabase.realtime.joining import JoinRequest

Send = Callable[[WireFrame], None]


@dataclass(slots=True, eq=False)
class Channel:
    """One topic joined by one connection."""

    room: Room
    join_ref: Ref
    request: JoinRequest
    identity: Identity
    readable: Permissions
    codec: Codec
    send: Send
    writable: dict[str, bool] = field(default_factory=dict[str, bool])
    cancel_expiry: Callable[[], None] | None = None
    replayed_ids: frozenset[str] = frozenset()
    # While the join still reads its replay, live messages wait here; None means deliver at once.
    held: list[tuple[Broadcast, WireFrame]] | None = None

    def reply(self, ref: Ref, status: str, response: Mapping[str, Any]) -> None:
        """Answer a frame of the client."""
        payload = {"status": status, "response": dict(response)}
        self._push("phx_reply", payload, ref)

    def push_system(self, status: str, message: str) -> None:
        """Tell the client about the state of this channel."""
        payload = {
            "channel": self.room.topic,
            "extension": "system",
            "message": message,
            "status": status,
        }
        self._push("system", payload)

    def push_close(self) -> None:
        """Tell the client that this join has ended."""
        self._push("phx_close", {}, self.join_ref)

    def push_presence_state(self, state: Mapping[str, Any]) -> None:
        """Tell the client who is present."""
        self._push("presence_state", dict(state))

    def deliver(self, broadcast: Broadcast, frame: WireFrame) -> None:
        """Send a broadcast, unless this join replayed it already."""
        if self.held is not None:
            self.held.append((broadcast, frame))
        elif broadcast.message_id is None or broadcast.message_id not in self.replayed_ids:
            self.send(frame)

    def replay(self, broadcasts: Iterable[Broadcast]) -> None:
        """Send stored broadcasts and remember them."""
        ids: set[str] = set()
        for broadcast in broadcasts:
            ids.add(broadcast.message_id or "")
            frame = self.codec.encode_broadcast(broadcast)
            if frame is not None:
                self.send(frame)
        self.replayed_ids = frozenset(ids)

    def release(self) -> None:
        """Send what arrived meanwhile and deliver live from now on."""
        held, self.held = self.held or [], None
        for broadcast, frame in held:
            self.deliver(broadcast, frame)

    def _push(self, event: str, payload: dict[str, Any], ref: Ref = None) -> None:
        frame = ServerFrame(self.room.wire_topic, event, payload, ref, self.join_ref)
        self.send(self.codec.encode(frame))


class ChannelRegistry:
    """Every joined channel of every connection, by room."""

    def __init__(self) -> None:
        # Dictionaries and not sets: delivery follows the order of joining.
        self._rooms: dict[Room, dict[Channel, None]] = {}

    def add(self, channel: Channel) -> None:
        """Let a channel hear its room."""
        self._rooms.setdefault(channel.room, {})[channel] = None

    def remove(self, channel: Channel) -> None:
        """Forget a channel; nothing happens when it is unknown."""
        members = self._rooms.get(channel.room, {})
        members.pop(channel, None)
        if not members:
            self._rooms.pop(channel.room, None)

    def list_members(self, room: Room) -> list[Channel]:
        """Return the channels of a room in the order they joined."""
        return list(self._rooms.get(room, ()))

    def publish(self, room: Room, broadcast: Broadcast, *, sender: Channel | None = None) -> None:
        """Deliver to everyone in the room who may read, except the sender; encode once per version."""
        frames: dict[Codec, WireFrame | None] = {}
        for channel in self.list_members(room):
            if channel is sender or not channel.readable.broadcast:
                continue
            if channel.codec not in frames:
                frames[channel.codec] = channel.codec.encode_broadcast(broadcast)
            frame = frames[channel.codec]
            if frame is not None:
                channel.deliver(broadcast, frame)
