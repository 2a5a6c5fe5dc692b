"""A client that speaks frames, to test what the Supabase clients hide."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.local_supabase.realtime.server import RealtimeServer

PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Frame:
    """A frame from the server; `join_ref` is None throughout version 1.0.0."""

    topic: str
    event: str
    payload: Any
    ref: str | None = None
    join_ref: str | None = None


@dataclass
class RawSocket:
    """One connection in one protocol version."""

    connection: ClientConnection
    version: str
    sent: int = field(default=0)

    async def push(
        self,
        topic: str,
        event: str,
        payload: dict[str, Any] | None = None,
        *,
        join_ref: str | None = None,
    ) -> str:
        """Send a frame and return its ref; the ref of a join is its join_ref."""
        self.sent += 1
        ref = str(self.sent)
        named = {
            "join_ref": ref if event == "phx_join" else join_ref,
            "ref": ref,
            "topic": topic,
            "event": event,
            "payload": payload or {},
        }
        await self.send_text(named if self.version == "1.0.0" else list(named.values()))
        return ref

    async def send_text(self, document: object) -> None:
        await self.connection.send(json.dumps(document))

    async def receive(self) -> Frame:
        """Return the next text frame."""
        text = await self.receive_raw()
        if self.version == "1.0.0":
            return Frame(**json.loads(text))
        join_ref, ref, topic, event, payload = json.loads(text)
        return Frame(topic, event, payload, ref, join_ref)

    async def receive_raw(self) -> str | bytes:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.connection.recv()

    async def receive_reply(self, ref: str) -> dict[str, Any]:
        """Return the payload of the next frame, which must be the reply to `ref`."""
        frame = await self.receive()
        assert (frame.event, frame.ref) == ("phx_reply", ref), frame
        return frame.payload

    async def join(self, topic: str, payload: dict[str, Any] | None = None) -> str:
        """Join and return the join_ref."""
        ref = await self.push(f"realtime:{topic}", "phx_join", payload)
        reply = await self.receive_reply(ref)
        assert reply == {"status": "ok", "response": {"postgres_changes": []}}
        return ref

    async def fail_to_join(self, topic: str, payload: dict[str, Any] | None = None) -> str:
        """Join, be refused and return the reason."""
        reply = await self.receive_reply(await self.push(f"realtime:{topic}", "phx_join", payload))
        assert reply["status"] == "error", reply
        return reply["response"]["reason"]

    async def assert_silence(self) -> None:
        """Assert that the server sent nothing more: the next frame answers a heartbeat."""
        ref = await self.push("phoenix", "heartbeat")
        assert await self.receive_reply(ref) == {"status": "ok", "response": {}}

    async def receive_close_code(self) -> int | None:
        """Read until the server closes, and return its code."""
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await self.connection.recv()
        return self.connection.close_code


@asynccontextmanager
async def open_socket(
    server: RealtimeServer, *, version: str = "1.0.0", key: str | None = None
) -> AsyncGenerator[RawSocket]:
    """Connect with an API key, by default the publishable one."""
    query = urlencode({"apikey": key or server.keys.publishable_key, "vsn": version})
    url = f"{server.url.replace('http', 'ws', 1)}/realtime/v1/websocket?{query}"
    async with connect(url) as connection:
        yield RawSocket(connection, version)


def build_message(event: str = "said", payload: Any = None) -> dict[str, Any]:
    """Build the payload of a broadcast."""
    return {"type": "broadcast", "event": event, "payload": payload or {}}


def private_join(token: str, **broadcast: Any) -> dict[str, Any]:
    """Build the payload of a join to a private channel."""
    return {"config": {"private": True, "broadcast": broadcast}, "access_token": token}
