"""A proxy in front of two gateways: one answers for Realtime, the other for everything else."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

REALTIME = b"/realtime/v1/"


@asynccontextmanager
async def open_routing_proxy(gateway_url: str, realtime_url: str) -> AsyncGenerator[str]:
    """Yield the address; a connection goes where its first request goes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request_line = await reader.readuntil(b"\n")
            path = request_line.split(b" ")[1]
            url = realtime_url if path.startswith(REALTIME) else gateway_url
            await forward(request_line, reader, writer, url)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def forward(
    begun: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str
) -> None:
    target = urlsplit(url)
    target_reader, target_writer = await asyncio.open_connection(target.hostname, target.port)
    target_writer.write(begun)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(pump(reader, target_writer))
        tasks.create_task(pump(target_reader, writer))


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
