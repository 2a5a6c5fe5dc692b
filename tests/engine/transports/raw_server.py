"""A server on a real socket that answers with whatever bytes a test wants."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class RawServer:
    """`requests` are the heads received; `connections` counts those opened, `closed` is set when a client leaves."""

    url: str
    requests: list[str] = field(default_factory=list[str])
    connections: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def serve(scripts: Mapping[str, Script | bytes]) -> AsyncGenerator[RawServer]:
    """Serve scripts by path; bytes are sent as they are and the connection stays open."""
    server = RawServer("")
    handlers: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            while True:
                head = await _read_request(reader)
                server.requests.append(head)
                server.asked.set()
                await _answer(scripts[head.split(" ")[1].partition("?")[0]], reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            server.closed.set()
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.create_task(handle(reader, writer)))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    host, port = listener.sockets[0].getsockname()[:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        listener.close()
        for handler in handlers:
            handler.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


async def _read_request(reader: asyncio.StreamReader) -> str:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            await reader.readexactly(int(value))
    return head


async def _answer(
    script: Script | bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    if isinstance(script, bytes):
        writer.write(script)
        await writer.drain()
    else:
        await script(reader, writer)


def respond(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole and correct response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
