"""What one connection may cost before it is closed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from scripts.local_supabase.realtime.limits import Limits
from tests.local_supabase.realtime.server import Database, RealtimeServer, run_realtime
from tests.local_supabase.realtime.sockets import RawSocket, build_message, open_socket

LIMITS = Limits(
    waiting_frames=20,
    frame_bytes=400_000,
    payload_bytes=300_000,
    channels=3,
)


@pytest.fixture
async def strict_server(
    realtime_database: Database, tmp_path: Path
) -> AsyncIterator[RealtimeServer]:
    async with run_realtime(realtime_database, tmp_path / "keys.json", LIMITS) as server:
        yield server


async def test_silent_client_is_closed(realtime_database: Database, tmp_path: Path) -> None:
    limits = Limits(idle=timedelta(seconds=0.5))
    async with (
        run_realtime(realtime_database, tmp_path / "keys.json", limits) as server,
        open_socket(server) as socket,
    ):
        assert await socket.receive_close_code() == 1000


async def test_too_large_frame_closes(strict_server: RealtimeServer) -> None:
    async with open_socket(strict_server) as socket:
        await socket.connection.send("x" * (LIMITS.frame_bytes + 1))
        assert await socket.receive_close_code() == 1009


async def test_too_large_payload_is_refused(strict_server: RealtimeServer) -> None:
    async with open_socket(strict_server) as socket:
        await socket.join("large", {"config": {"broadcast": {"ack": True, "self": True}}})
        message = build_message("large", {"text": "x" * LIMITS.payload_bytes})
        reply = await socket.receive_reply(
            await socket.push("realtime:large", "broadcast", message)
        )
        assert reply == {"status": "error", "response": {"reason": "payload_size_exceeded"}}
        await socket.assert_silence()


async def test_too_many_channels_are_refused(strict_server: RealtimeServer) -> None:
    async with open_socket(strict_server) as socket:
        for number in range(LIMITS.channels):
            await socket.join(f"channel {number}")
        reason = await socket.fail_to_join("one more")
        assert reason == "ChannelRateLimitReached: Too many channels"
        await socket.push("realtime:channel 0", "phx_leave")
        assert [(await socket.receive()).event for _ in range(2)] == ["phx_reply", "phx_close"]
        await socket.join("one more")


async def test_client_that_does_not_read_is_closed(strict_server: RealtimeServer) -> None:
    """It alone: who reads gets everything."""
    config = {"config": {"broadcast": {"ack": True}}}
    message = build_message("large", {"text": "x" * 250_000})
    url = strict_server.url.replace("http", "ws", 1)
    url = f"{url}/realtime/v1/websocket?apikey={strict_server.keys.publishable_key}"
    async with (
        connect(url, max_queue=1, compression=None) as connection,
        open_socket(strict_server) as reader,
        open_socket(strict_server) as speaker,
    ):
        slow = RawSocket(connection, "1.0.0")
        for socket in (slow, reader, speaker):
            await socket.join("busy", config)
        for _ in range(80):
            ref = await speaker.push("realtime:busy", "broadcast", message)
            assert (await speaker.receive_reply(ref))["status"] == "ok"
            assert (await reader.receive()).payload == message
        assert await slow.receive_close_code() == 1013


async def test_stopping_server_says_so(realtime_database: Database, tmp_path: Path) -> None:
    async with run_realtime(realtime_database, tmp_path / "keys.json", LIMITS) as server:
        url = server.url.replace("http", "ws", 1)
        connection = await connect(
            f"{url}/realtime/v1/websocket?apikey={server.keys.publishable_key}"
        )
    assert await RawSocket(connection, "1.0.0").receive_close_code() == 1012
