"""Who is there."""

from typing import Any
from uuid import uuid4

import pytest

from tests.local_supabase.realtime.server import RealtimeServer
from tests.local_supabase.realtime.sockets import RawSocket, open_socket, private_join


@pytest.fixture
def topic() -> str:
    return uuid4().hex


def watch(key: str) -> dict[str, Any]:
    return {"config": {"presence": {"key": key, "enabled": True}}}


async def receive_presence(socket: RawSocket, event: str) -> dict[str, Any]:
    frame = await socket.receive()
    assert frame.event == event, frame
    assert frame.ref is None
    return frame.payload


async def track(socket: RawSocket, topic: str, **meta: Any) -> None:
    payload = {"type": "presence", "event": "track", "payload": meta}
    ref = await socket.push(f"realtime:{topic}", "presence", payload)
    assert await socket.receive_reply(ref) == {"status": "ok", "response": {}}


async def test_everyone_learns_who_comes_changes_and_goes(
    realtime: RealtimeServer, topic: str
) -> None:
    async with open_socket(realtime) as ann:
        await ann.join(topic, watch("ann"))
        assert await receive_presence(ann, "presence_state") == {}
        async with open_socket(realtime) as bob:
            await bob.join(topic, watch("bob"))
            assert await receive_presence(bob, "presence_state") == {}
            await track(bob, topic, mood="calm")
            for socket in (ann, bob):
                difference = await receive_presence(socket, "presence_diff")
                (meta,) = difference["joins"]["bob"]["metas"]
                assert (meta["mood"], difference["leaves"]) == ("calm", {})
            await track(bob, topic, mood="busy")
            changed = await receive_presence(ann, "presence_diff")
            assert changed["leaves"]["bob"]["metas"] == [meta]
            assert changed["joins"]["bob"]["metas"][0]["mood"] == "busy"
            assert changed["joins"]["bob"]["metas"][0]["phx_ref"] != meta["phx_ref"]
        left = await receive_presence(ann, "presence_diff")
        assert (left["joins"], left["leaves"]) == ({}, changed["joins"])


async def test_late_comer_gets_the_state(realtime: RealtimeServer, topic: str) -> None:
    async with open_socket(realtime) as ann, open_socket(realtime) as bob:
        await ann.join(topic)
        await track(ann, topic)
        await bob.join(topic, watch("bob"))
        (state,) = (await receive_presence(bob, "presence_state")).values()
        assert len(state["metas"]) == 1
        ref = await ann.push(f"realtime:{topic}", "presence", {"event": "untrack"})
        assert (await ann.receive_reply(ref))["status"] == "ok"
        assert (await receive_presence(bob, "presence_diff"))["leaves"].keys()
        await ann.assert_silence()


async def test_two_devices_share_a_key(realtime: RealtimeServer, topic: str) -> None:
    async with (
        open_socket(realtime) as first,
        open_socket(realtime) as second,
        open_socket(realtime) as bob,
    ):
        for socket, device in ((first, "phone"), (second, "laptop")):
            await socket.join(topic, {"config": {"presence": {"key": "ann"}}})
            await track(socket, topic, device=device)
        await bob.join(topic, watch("bob"))
        state = await receive_presence(bob, "presence_state")
        assert [meta["device"] for meta in state["ann"]["metas"]] == ["phone", "laptop"]
        await second.connection.close()
        left = (await receive_presence(bob, "presence_diff"))["leaves"]
        assert [meta["device"] for meta in left["ann"]["metas"]] == ["laptop"]


async def test_listener_cannot_appear(realtime: RealtimeServer) -> None:
    async with open_socket(realtime) as socket:
        await socket.join("audience:ann", private_join(realtime.sign("ann")))
        ref = await socket.push("realtime:audience:ann", "presence", {"event": "track"})
        reply = await socket.receive_reply(ref)
        assert reply["status"] == "error"
        assert reply["response"]["reason"].startswith("Unauthorized: ")


async def test_unknown_presence_event_is_refused(realtime: RealtimeServer, topic: str) -> None:
    async with open_socket(realtime) as socket:
        await socket.join(topic)
        ref = await socket.push(f"realtime:{topic}", "presence", {"event": "hide"})
        assert (await socket.receive_reply(ref))["status"] == "error"
