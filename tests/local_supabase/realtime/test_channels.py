"""What a channel does with messages that arrive while it is still being joined."""

import pytest

from scripts.local_supabase.realtime.authorization import EVERYTHING, Identity
from scripts.local_supabase.realtime.broadcasts import Broadcast, Room
from scripts.local_supabase.realtime.channels import Channel, ChannelRegistry
from scripts.local_supabase.realtime.frames import CODECS, WireFrame
from scripts.local_supabase.realtime.joining import JoinRequest

ROOM = Room("topic", private=True)


def build_broadcast(name: str, *, is_replayed: bool = False) -> Broadcast:
    return Broadcast("topic", name, b"{}", message_id=name, is_replayed=is_replayed)


@pytest.fixture
def sent() -> list[WireFrame]:
    return []


@pytest.fixture
def channel(sent: list[WireFrame]) -> Channel:
    """A channel whose join is not answered yet."""
    return Channel(
        room=ROOM,
        join_ref="1",
        request=JoinRequest.from_payload({"config": {"private": True}}),
        identity=Identity("token", "authenticated", {}, 0.0),
        readable=EVERYTHING,
        codec=CODECS["1.0.0"],
        send=sent.append,
        held=[],
    )


def test_live_messages_follow_the_replayed_ones_once(
    channel: Channel, sent: list[WireFrame]
) -> None:
    registry = ChannelRegistry()
    registry.add(channel)
    for name in ("second", "third"):
        registry.publish(ROOM, build_broadcast(name))
    assert sent == []
    replayed = [build_broadcast(name, is_replayed=True) for name in ("first", "second")]
    channel.replay(replayed)
    channel.release()
    registry.publish(ROOM, build_broadcast("second"))
    registry.publish(ROOM, build_broadcast("fourth"))
    expected = [*replayed, build_broadcast("third"), build_broadcast("fourth")]
    assert sent == [CODECS["1.0.0"].encode_broadcast(broadcast) for broadcast in expected]


def test_left_channel_hears_nothing(channel: Channel, sent: list[WireFrame]) -> None:
    registry = ChannelRegistry()
    registry.add(channel)
    channel.release()
    registry.remove(channel)
    registry.remove(channel)
    registry.publish(ROOM, build_broadcast("unheard"))
    assert sent == []
