"""Frames of a connection and of public channels."""

import json
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.local_supabase.realtime.server import RealtimeServer
from tests.local_supabase.realtime.sockets import Frame, build_message, open_socket

VERSIONS = pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])


@pytest.mark.parametrize("key", ["wrong", "sb_publishable_wrong", "eyJhbGciOiJIUzI1NiJ9.e30.x"])
async def test_wrong_key_is_refused_before_the_upgrade(realtime: RealtimeServer, key: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(realtime, key=key):
            pass
    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body) == {"error": "Invalid or missing API key"}


async def test_missing_key_is_refused_before_the_upgrade(realtime: RealtimeServer) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{realtime.url}/realtime/v1/websocket", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Invalid or missing API key"}


async def test_unknown_version_is_refused(realtime: RealtimeServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(realtime, version="3.0.0"):
            pass
    assert refused.value.response.status_code == 400


@pytest.mark.parametrize("ref", [None, "7"])
async def test_heartbeat_echoes_its_ref(realtime: RealtimeServer, ref: str | None) -> None:
    empty: dict[str, Any] = {}
    async with open_socket(realtime) as old, open_socket(realtime, version="2.0.0") as new:
        await old.send_text({"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": ref})
        await new.send_text([None, ref, "phoenix", "heartbeat", empty])
        payload = {"status": "ok", "response": empty}
        assert json.loads(await old.receive_raw()) == {
            "topic": "phoenix",
            "event": "phx_reply",
            "payload": payload,
            "ref": ref,
        }
        assert json.loads(await new.receive_raw()) == [None, ref, "phoenix", "phx_reply", payload]


@VERSIONS
async def test_leaving_is_answered_and_then_closed(realtime: RealtimeServer, version: str) -> None:
    async with open_socket(realtime, version=version) as socket:
        join_ref = await socket.join("leaving")
        ref = await socket.push("realtime:leaving", "phx_leave", join_ref=join_ref)
        assert await socket.receive_reply(ref) == {"status": "ok", "response": {}}
        assert await socket.receive() == Frame(
            "realtime:leaving", "phx_close", {}, join_ref, join_ref if version == "2.0.0" else None
        )
        ref = await socket.push("realtime:leaving", "phx_leave", join_ref=join_ref)
        assert await socket.receive_reply(ref) == {"status": "ok", "response": {}}


@VERSIONS
async def test_second_join_closes_the_first(realtime: RealtimeServer, version: str) -> None:
    async with open_socket(realtime, version=version) as socket:
        first = await socket.join("twice")
        second = await socket.join("twice")
        closed = await socket.receive()
        assert (closed.event, closed.ref) == ("phx_close", first)
        ref = await socket.push("realtime:twice", "phx_leave", join_ref=second)
        assert await socket.receive_reply(ref) == {"status": "ok", "response": {}}


async def test_frames_of_an_earlier_join_are_ignored(realtime: RealtimeServer) -> None:
    async with open_socket(realtime, version="2.0.0") as socket:
        first = await socket.join("stale", {"config": {"broadcast": {"ack": True}}})
        second = await socket.join("stale", {"config": {"broadcast": {"ack": True}}})
        assert (await socket.receive()).event == "phx_close"
        message = build_message()
        await socket.push("realtime:stale", "broadcast", message, join_ref=first)
        ref = await socket.push("realtime:stale", "broadcast", message, join_ref=second)
        assert await socket.receive_reply(ref) == {"status": "ok", "response": {}}


@pytest.mark.parametrize(
    ("topic", "event"),
    [("realtime:never", "broadcast"), ("realtime:never", "access_token"), ("other", "phx_join")],
)
async def test_unknown_topic_is_unmatched(realtime: RealtimeServer, topic: str, event: str) -> None:
    async with open_socket(realtime) as socket:
        ref = await socket.push(topic, event)
        payload = {"status": "error", "response": {"reason": "unmatched topic"}}
        assert await socket.receive() == Frame(topic, "phx_reply", payload, ref)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"topic":"phoenix","event":"heartbeat","payload":{}}',
        "7",
        "null",
    ],
)
@VERSIONS
async def test_malformed_frames_are_ignored(
    realtime: RealtimeServer, version: str, text: str
) -> None:
    async with open_socket(realtime, version=version) as socket:
        await socket.connection.send(text)
        await socket.connection.send(text.encode())
        await socket.connection.send(b"\x03\xff\xff\xff\xff\xff\x01short")
        await socket.assert_silence()


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"config": None},
        {"config": {"broadcast": None, "presence": None, "postgres_changes": None}},
        {"config": {"private": "false", "broadcast": {"ack": "false"}, "postgres_changes": []}},
    ],
)
async def test_incomplete_configuration_has_defaults(
    realtime: RealtimeServer, payload: dict[str, Any]
) -> None:
    async with open_socket(realtime) as socket:
        await socket.join("defaults", payload)
        await socket.assert_silence()


async def test_postgres_changes_are_refused_clearly(realtime: RealtimeServer) -> None:
    binding = {"event": "*", "schema": "public", "table": "things"}
    async with open_socket(realtime) as socket:
        reason = await socket.fail_to_join("table", {"config": {"postgres_changes": [binding]}})
        assert reason.startswith("PostgresChangesNotSupported: ")


async def test_topic_needs_a_name(realtime: RealtimeServer) -> None:
    async with open_socket(realtime) as socket:
        assert (await socket.fail_to_join("")).startswith("TopicNameRequired: ")


@pytest.mark.parametrize("to_self", [True, False])
@VERSIONS
async def test_broadcast_reaches_the_others(
    realtime: RealtimeServer, version: str, to_self: bool
) -> None:
    config = {"config": {"broadcast": {"self": to_self, "ack": True}}}
    topic = f"others {version} {to_self}"
    message = build_message("hi", {"a": 1})
    async with open_socket(realtime, version=version) as ann, open_socket(realtime) as bob:
        ann_ref = await ann.join(topic, config)
        await bob.join(topic, config)
        ref = await ann.push(f"realtime:{topic}", "broadcast", message, join_ref=ann_ref)
        assert await bob.receive() == Frame(f"realtime:{topic}", "broadcast", message)
        if to_self:
            await ann.receive_raw()
        assert await ann.receive_reply(ref) == {"status": "ok", "response": {}}


@pytest.mark.parametrize("event", ["broadcast", "presence"])
@VERSIONS
async def test_deeply_nested_payload_is_ignored(
    realtime: RealtimeServer, version: str, event: str
) -> None:
    """The JSON library reads it but could not write it again, neither now nor to who joins later."""
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"deeper": deep}
    watch = {"config": {"broadcast": {"self": True}, "presence": {"enabled": True}}}
    async with open_socket(realtime, version=version) as socket:
        await socket.join(f"deep {version}", watch)
        assert (await socket.receive()).payload == {}
        await socket.push(f"realtime:deep {version}", event, {"event": "track", "payload": deep})
        await socket.assert_silence()


async def test_broadcast_without_acknowledgement_is_not_answered(realtime: RealtimeServer) -> None:
    async with open_socket(realtime) as socket:
        await socket.join("no answer")
        await socket.push("realtime:no answer", "broadcast", build_message())
        await socket.assert_silence()


async def test_binary_payload_reaches_only_version_two(realtime: RealtimeServer) -> None:
    names = (b"1", b"2", b"realtime:bytes", b"raw", b"")
    push = bytes([3, *map(len, names), 0]) + b"".join(names) + b"\x00\xff"
    config = {"config": {"broadcast": {"self": True}}}
    async with open_socket(realtime, version="2.0.0") as new, open_socket(realtime) as old:
        await new.join("bytes", config)
        await old.join("bytes", config)
        await new.connection.send(push)
        assert await new.receive_raw() == b"\x04\x0e\x03\x00\x00realtime:bytesraw\x00\xff"
        await old.assert_silence()


async def test_json_arrives_in_a_binary_frame_in_version_two(realtime: RealtimeServer) -> None:
    async with open_socket(realtime, version="2.0.0") as new, open_socket(realtime) as old:
        await new.join("json")
        await old.join("json")
        await old.push("realtime:json", "broadcast", {"event": "é", "payload": {"u": "é"}})
        expected = b"\x04\x0d\x02\x00\x01realtime:json" + 'é{"u":"é"}'.encode()
        assert await new.receive_raw() == expected


async def test_long_names_arrive_as_text_in_version_two(realtime: RealtimeServer) -> None:
    topic = "t" * 300
    message = build_message()
    async with open_socket(realtime, version="2.0.0") as new, open_socket(realtime) as old:
        await new.join(topic)
        await old.join(topic)
        await old.push(f"realtime:{topic}", "broadcast", message)
        assert await new.receive() == Frame(f"realtime:{topic}", "broadcast", message)
