"""Broadcasts sent over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.local_supabase.realtime.server import RealtimeServer
from tests.local_supabase.realtime.sockets import open_socket, private_join


@pytest.fixture
async def client(realtime: RealtimeServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client that sends the publishable key."""
    async with httpx.AsyncClient(
        base_url=f"{realtime.url}/realtime/v1/api",
        headers={"apikey": realtime.keys.publishable_key},
    ) as client:
        yield client


def build_batch(topic: str, *, private: bool = False) -> dict[str, Any]:
    return {"messages": [{"topic": topic, "event": "e", "payload": {"n": 1}, "private": private}]}


def authorize(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("headers", [{}, {"apikey": "wrong"}, authorize("sb_secret_wrong")])
async def test_key_is_needed(realtime: RealtimeServer, headers: dict[str, str]) -> None:
    url = f"{realtime.url}/realtime/v1/api/broadcast"
    async with httpx.AsyncClient() as anonymous:
        for path in (url, f"{url}/topic/events/e"):
            answer = await anonymous.post(path, json=build_batch("topic"), headers=headers)
            assert answer.status_code == 401
            assert answer.json() == {"error": "Invalid or missing API key"}


async def test_foreign_user_token_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/broadcast", json=build_batch("t"), headers=authorize("a.b.c"))
    assert answer.status_code == 401


async def test_batch_reaches_public_channels(
    realtime: RealtimeServer, client: httpx.AsyncClient
) -> None:
    async with open_socket(realtime) as socket:
        await socket.join("by http")
        answer = await client.post("/broadcast", json=build_batch("by http"))
        assert (answer.status_code, answer.content) == (202, b"")
        expected = {"type": "broadcast", "event": "e", "payload": {"n": 1}}
        assert (await socket.receive()).payload == expected


async def test_single_message_and_bytes(
    realtime: RealtimeServer, client: httpx.AsyncClient
) -> None:
    async with open_socket(realtime, version="2.0.0") as socket:
        await socket.join("a/b c")
        path = "/broadcast/a%2Fb%20c/events/e%20f"
        assert (await client.post(path, json={"n": 1})).status_code == 202
        assert (await socket.receive_raw()) == b'\x04\x0e\x03\x00\x01realtime:a/b ce f{"n":1}'
        octets = {"Content-Type": "application/octet-stream"}
        assert (await client.post(path, content=b"\xff", headers=octets)).status_code == 202
        assert (await socket.receive_raw()) == b"\x04\x0e\x03\x00\x00realtime:a/b ce f\xff"


@pytest.mark.parametrize("writer", ["service key", "speaker", "stranger", "nobody"])
async def test_private_topics_need_the_right_to_write(
    realtime: RealtimeServer, client: httpx.AsyncClient, writer: str
) -> None:
    headers = {
        "service key": {"apikey": realtime.keys.secret_key},
        "speaker": authorize(realtime.sign("ann")),
        "stranger": authorize(realtime.sign("bob")),
        "nobody": {},
    }[writer]
    topic = f"room:ann:{writer}"
    path = f"/broadcast/{topic}/events/single?private=true"
    batch = build_batch(topic, private=True)
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign("ann")))
        assert (await client.post("/broadcast", json=batch, headers=headers)).status_code == 202
        assert (await client.post(path, json={}, headers=headers)).status_code == 202
        if writer in ("service key", "speaker"):
            assert [(await socket.receive()).payload["event"] for _ in "ab"] == ["e", "single"]
        await socket.assert_silence()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"no json", 400),
        (b"[]", 422),
        (b"[" * 300 + b"]" * 300, 400),
        (b" " * 3_000_001, 413),
        (b'{"messages": {}}', 422),
        (b'{"messages": ["text"]}', 422),
        (b'{"messages": [{"topic": "", "event": "e", "payload": {}}]}', 422),
        (b'{"messages": [{"topic": "t", "payload": {}}]}', 422),
        (b'{"messages": []}', 202),
    ],
)
async def test_body_is_checked(client: httpx.AsyncClient, content: bytes, status: int) -> None:
    assert (await client.post("/broadcast", content=content)).status_code == status
