"""A forward proxy: passes plain requests on, and opens tunnels."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class ProxyServer:
    """`heads` are those it was asked with."""

    url: str
    refuses: bool = False
    heads: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def serve_proxy(*, refuses: bool = False) -> AsyncGenerator[ProxyServer]:
    """Answers plain requests itself, with the address it was to pass them on to."""
    proxy = ProxyServer("", refuses)
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                proxy.heads.append(head)
                method, place, _ = head.split(" ", 2)
                if proxy.refuses:
                    writer.write(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
                elif method == "CONNECT":
                    await _tunnel(place, reader, writer)
                else:
                    body = place.encode()
                    writer.write(
                        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
                    )
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(handle(reader, writer)))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tunnel(place: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    host, _, port = place.rpartition(":")
    far_reader, far_writer = await asyncio.open_connection(host, int(port))
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    try:
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
    finally:
        far_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
