"""A client of the WebSocket that remembers what it was sent."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets import ClientConnection, ConnectionClosed, Subprotocol, connect

from tests.realtime.conditions import until

Envelope = dict[str, Any]


class SocketClient:
    """Sends messages and collects envelopes until the socket is closed."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.received: list[Envelope] = []
        self.message_count = 0
        self.close_code: int | None = None

    async def collect(self) -> None:
        try:
            async for message in self._connection:
                self.message_count += 1
                self.received += json.loads(message)
        except ConnectionClosed:
            pass
        self.close_code = self._connection.close_code

    async def say(self, message_type: str, **members: Any) -> None:
        await self._connection.send(json.dumps({"type": message_type, **members}))

    async def send(self, content: str | bytes) -> None:
        await self._connection.send(content)

    async def wait_for(self, condition: Callable[[Envelope], bool]) -> Envelope:
        await until(lambda: any(condition(envelope) for envelope in self.received))
        return next(envelope for envelope in self.received if condition(envelope))

    async def wait_for_answer(self, answer_type: str, ref: str | None = None) -> Envelope:
        return await self.wait_for(
            lambda item: item["type"] == answer_type and item["data"]["ref"] == ref
        )

    async def wait_for_close(self) -> int:
        await until(lambda: self.close_code is not None)
        assert self.close_code is not None
        return self.close_code

    def list_seqs(self, topic: str) -> list[int]:
        """The numbers of the events of a topic, without its snapshots."""
        return [
            item["seq"]
            for item in self.received
            if item["topic"] == topic and item["seq"] is not None and item["type"] != "snapshot"
        ]


@asynccontextmanager
async def open_socket(
    service_url: str, *, subprotocols: tuple[str, ...] = (), query: str = ""
) -> AsyncGenerator[SocketClient]:
    address = service_url.replace("http://", "ws://") + "/api/v1/realtime" + query
    offered = [Subprotocol(name) for name in subprotocols] or None
    async with connect(address, subprotocols=offered, max_size=None) as connection:
        client = SocketClient(connection)
        collecting = asyncio.create_task(client.collect())
        try:
            yield client
        finally:
            await connection.close()
            await collecting


@asynccontextmanager
async def open_authenticated(service_url: str, token: str) -> AsyncGenerator[SocketClient]:
    async with open_socket(service_url) as client:
        await client.say("authenticate", token=token)
        await client.wait_for_answer("authenticated")
        yield client
