"""A door in front of the real Supabase that can be shut, slammed or left hanging."""

import asyncio
from collections import deque
from typing import Literal

Mishap = Literal["cut", "lose_answer", "hang", "bad_gateway"]

BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 6\r\n"
    b"connection: close\r\n\r\n<html>"
)


class Door:
    """
    Forwards connections to `port`; each planned mishap befalls one connection.

    cut: closed once the request has begun; lose_answer: the request arrives and its answer does
    not; hang: nothing happens; bad_gateway: something else than PostgREST answers.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._mishaps: deque[Mishap] = deque()
        self._connections: set[asyncio.Task[None]] = set()
        self.port = 0
        self.welcomed = 0

    async def __aenter__(self) -> "Door":
        self._server = await asyncio.start_server(self._welcome, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shut()

    def plan(self, *mishaps: Mishap) -> None:
        self._mishaps.extend(mishaps)

    async def shut(self) -> None:
        """Stop listening and end what goes on, so that connecting is refused."""
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.welcomed += 1
        mishap = self._mishaps.popleft() if self._mishaps else None
        task = asyncio.create_task(self._serve(mishap, reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(
        self, mishap: Mishap | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            if mishap == "hang":
                await asyncio.Event().wait()
            elif mishap == "cut":
                await reader.read(1)
            elif mishap == "bad_gateway":
                await reader.read(65_536)
                writer.write(BAD_GATEWAY)
                await writer.drain()
            else:
                await self._forward(reader, writer, is_answered=mishap is None)
        finally:
            writer.close()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answered: bool
    ) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._target)
        upwards = asyncio.create_task(copy(reader, inner_writer))
        try:
            if is_answered:
                await copy(inner_reader, writer)
            else:
                await inner_reader.read(65_536)
        finally:
            upwards.cancel()
            inner_writer.close()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while content := await reader.read(65_536):
        writer.write(content)
        await writer.drain()
    writer.close()
