"""A TCP proxy that loses its connections, or goes silent, when a test wants it to."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class CuttableProxy:
    """Forwards to one address; `url` is its own."""

    def __init__(self, target_url: str) -> None:
        target = urlsplit(target_url)
        self._target = (target.hostname, target.port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_flowing = asyncio.Event()
        self._is_flowing.set()
        self._is_refusing = False
        self.connection_count = 0
        self.url = ""

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        self._is_refusing = True
        for writer in self._writers:
            writer.close()

    def stall(self) -> None:
        """Keep the connections and deliver nothing."""
        self._is_flowing.clear()

    def restore(self) -> None:
        self._is_refusing = False
        self._is_flowing.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_refusing:
            writer.close()
            return
        self.connection_count += 1
        target_reader, target_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, target_writer}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pump(reader, target_writer))
                tasks.create_task(self._pump(target_reader, writer))
        finally:
            self._writers -= {writer, target_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                await self._is_flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def open_proxy(target_url: str) -> AsyncGenerator[CuttableProxy]:
    proxy = CuttableProxy(target_url)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy.url = f"http://127.0.0.1:{port}"
    try:
        yield proxy
    finally:
        proxy.restore()
        proxy.cut()
        server.close()
        await server.wait_closed()
