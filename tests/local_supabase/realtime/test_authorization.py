"""Private channels: who may join, speak and stay."""

from typing import Any
from uuid import uuid4

import pytest

from tests.local_supabase.realtime.server import RealtimeServer
from tests.local_supabase.realtime.sockets import (
    Frame,
    RawSocket,
    build_message,
    open_socket,
    private_join,
)


@pytest.fixture
def subject() -> str:
    return uuid4().hex


async def receive_end(socket: RawSocket, topic: str, join_ref: str) -> str:
    """Assert that the server ends the channel and return why."""
    told = await socket.receive()
    assert (told.event, told.payload["status"]) == ("system", "error")
    assert (told.payload["extension"], told.payload["channel"]) == ("system", topic)
    assert await socket.receive() == Frame(f"realtime:{topic}", "phx_close", {}, join_ref)
    return told.payload["message"]


async def test_policy_admits(realtime: RealtimeServer, subject: str) -> None:
    topic = f"room:{subject}"
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign(subject)))
        await realtime.database.send(topic, '{"n": 1}')
        heard = (await socket.receive()).payload
        assert (heard["event"], heard["payload"]["n"]) == ("said", 1)


async def test_policy_refuses(realtime: RealtimeServer, subject: str) -> None:
    topic = f"room:{subject}"
    async with open_socket(realtime) as socket:
        reason = await socket.fail_to_join(topic, private_join(realtime.sign("stranger")))
        assert reason == (
            f"Unauthorized: You do not have permissions to read from this Channel topic: {topic}"
        )
        await realtime.database.send(topic)
        await socket.assert_silence()


async def test_without_token_the_key_decides(realtime: RealtimeServer, subject: str) -> None:
    join: dict[str, Any] = {"config": {"private": True}, "access_token": "sb_anything"}
    async with (
        open_socket(realtime) as anonymous,
        open_socket(realtime, key=realtime.keys.secret_key) as service,
        open_socket(realtime, key=realtime.keys.service_role_jwt) as legacy_service,
    ):
        assert (await anonymous.fail_to_join(f"room:{subject}", join)).startswith("Unauthorized")
        await service.join(f"room:{subject}", join)
        await legacy_service.join(f"room:{subject}", join)


async def test_probing_leaves_nothing_behind(realtime: RealtimeServer, subject: str) -> None:
    topic = f"room:{subject}"
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign(subject), ack=True))
        ref = await socket.push(f"realtime:{topic}", "broadcast", build_message())
        await socket.receive_reply(ref)
    rows = await realtime.database.execute(
        "select count(*) from realtime.messages where topic = %s", topic
    )
    assert rows == [(0,)]


@pytest.mark.parametrize(
    ("claims", "lifetime"),
    [
        ({"role": "postgres"}, 600),
        ({"role": "supabase_admin"}, 600),
        ({"role": None}, 600),
        ({}, -5),
    ],
)
async def test_unusable_token_is_refused(
    realtime: RealtimeServer, claims: dict[str, Any], lifetime: float
) -> None:
    token = realtime.sign("ann", lifetime=lifetime, **claims)
    async with open_socket(realtime) as socket:
        reason = await socket.fail_to_join("room:ann", private_join(token))
        assert reason.startswith("InvalidJWTToken: ")


async def test_foreign_signature_is_refused(realtime: RealtimeServer) -> None:
    head, _, signature = realtime.sign("ann").rpartition(".")
    async with open_socket(realtime) as socket:
        reason = await socket.fail_to_join("room:ann", private_join(f"{head}.{signature[::-1]}"))
        assert reason.startswith("InvalidJWTToken: ")


async def test_public_and_private_channels_are_apart(
    realtime: RealtimeServer, subject: str
) -> None:
    topic = f"room:{subject}"
    async with open_socket(realtime) as inside, open_socket(realtime) as outside:
        await inside.join(topic, private_join(realtime.sign(subject)))
        await outside.join(topic)
        await inside.push(f"realtime:{topic}", "broadcast", build_message())
        await inside.assert_silence()
        await outside.assert_silence()
        await outside.push(f"realtime:{topic}", "broadcast", build_message())
        await outside.assert_silence()
        await inside.assert_silence()


async def test_listener_cannot_speak_and_is_not_told(
    realtime: RealtimeServer, subject: str
) -> None:
    topic = f"audience:{subject}"
    join = private_join(realtime.sign(subject), ack=True, self=True)
    async with open_socket(realtime) as first, open_socket(realtime) as second:
        await first.join(topic, join)
        await second.join(topic, join)
        await first.push(f"realtime:{topic}", "broadcast", build_message())
        await first.assert_silence()
        await second.assert_silence()


async def test_permission_for_presence_alone_admits_and_hears_nothing(
    realtime: RealtimeServer, subject: str
) -> None:
    topic = f"window:{subject}"
    join = private_join(realtime.sign(subject))
    join["config"]["presence"] = {"enabled": True}
    service = private_join(realtime.sign("service", role="service_role"))
    async with open_socket(realtime) as socket, open_socket(realtime) as listener:
        await socket.join(topic, join)
        assert (await socket.receive()).event == "presence_state"
        await listener.join(topic, service)
        await realtime.database.send(topic)
        assert (await listener.receive()).event == "broadcast"
        await socket.assert_silence()


async def test_speaker_is_heard(realtime: RealtimeServer, subject: str) -> None:
    topic = f"room:{subject}"
    join = private_join(realtime.sign(subject), ack=True)
    async with open_socket(realtime) as first, open_socket(realtime) as second:
        await first.join(topic, join)
        await second.join(topic, join)
        ref = await first.push(f"realtime:{topic}", "broadcast", build_message("hi", {"a": 1}))
        assert (await first.receive_reply(ref))["status"] == "ok"
        assert (await second.receive()).payload == build_message("hi", {"a": 1})


async def test_channel_ends_with_its_token(realtime: RealtimeServer, subject: str) -> None:
    topic = f"room:{subject}"
    async with open_socket(realtime) as socket:
        join_ref = await socket.join(topic, private_join(realtime.sign(subject, lifetime=2)))
        message = await receive_end(socket, topic, join_ref)
        assert message.startswith("Token has expired ")
        await realtime.database.send(topic)
        await socket.assert_silence()


async def test_renewed_token_keeps_the_channel(realtime: RealtimeServer, subject: str) -> None:
    renewed, brief = f"room:{subject}", f"room:{subject}:brief"
    async with open_socket(realtime) as socket:
        token = realtime.sign(subject, lifetime=2)
        await socket.join(renewed, private_join(token))
        brief_ref = await socket.join(brief, private_join(token))
        payload = {"access_token": realtime.sign(subject)}
        await socket.push(f"realtime:{renewed}", "access_token", payload)
        # The other channel of the same token ends: its time is over, the renewed one stays.
        await receive_end(socket, brief, brief_ref)
        await realtime.database.send(renewed)
        assert (await socket.receive()).topic == f"realtime:{renewed}"


async def test_renewed_token_may_end_earlier(realtime: RealtimeServer, subject: str) -> None:
    topic = f"room:{subject}"
    async with open_socket(realtime) as socket:
        join_ref = await socket.join(topic, private_join(realtime.sign(subject)))
        payload = {"access_token": realtime.sign(subject, lifetime=2)}
        await socket.push(f"realtime:{topic}", "access_token", payload)
        assert "expired" in await receive_end(socket, topic, join_ref)


async def test_token_that_says_nothing_new_is_ignored(
    realtime: RealtimeServer, subject: str
) -> None:
    topic = f"room:{subject}"
    token = realtime.sign(subject)
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(token))
        for repeated in (None, token, "sb_publishable_key"):
            await socket.push(f"realtime:{topic}", "access_token", {"access_token": repeated})
        await socket.assert_silence()
        await realtime.database.send(topic)
        assert (await socket.receive()).event == "broadcast"


@pytest.mark.parametrize("kind", ["another subject", "expired", "nonsense"])
async def test_token_without_permission_ends_the_channel(
    realtime: RealtimeServer, subject: str, kind: str
) -> None:
    topic = f"room:{subject}"
    tokens = {
        "another subject": realtime.sign("stranger"),
        "expired": realtime.sign(subject, lifetime=-5),
        "nonsense": "nonsense",
    }
    async with open_socket(realtime) as socket:
        join_ref = await socket.join(topic, private_join(realtime.sign(subject)))
        payload = {"access_token": tokens[kind]}
        await socket.push(f"realtime:{topic}", "access_token", payload)
        message = await receive_end(socket, topic, join_ref)
        assert message.startswith(
            "Unauthorized: " if kind == "another subject" else "InvalidJWTToken: "
        )
        await realtime.database.send(topic)
        await socket.assert_silence()


async def test_permission_to_speak_is_asked_again_with_a_new_token(
    realtime: RealtimeServer, subject: str
) -> None:
    topic = f"audience:{subject}"
    service = realtime.sign("service", role="service_role")
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(service, ack=True))
        ref = await socket.push(f"realtime:{topic}", "broadcast", build_message())
        assert (await socket.receive_reply(ref))["status"] == "ok"
        payload = {"access_token": realtime.sign(subject)}
        await socket.push(f"realtime:{topic}", "access_token", payload)
        await socket.push(f"realtime:{topic}", "broadcast", build_message())
        await socket.assert_silence()


async def test_policy_that_fails_refuses(realtime: RealtimeServer, subject: str) -> None:
    database = realtime.database
    await database.execute(
        "create policy fails on realtime.messages for select to authenticated using ("
        " case when realtime.topic() like 'broken:%' then (1 / length(topic) - 1 / 0) > 0 end)"
    )
    try:
        async with open_socket(realtime) as socket:
            reason = await socket.fail_to_join(
                f"broken:{subject}", private_join(realtime.sign(subject))
            )
            assert reason.startswith("Unauthorized: ")
    finally:
        await database.execute("drop policy fails on realtime.messages")
