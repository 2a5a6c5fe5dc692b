"""A target that speaks HTTP/2, with TLS or by prior knowledge."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded


class _Http2Protocol(asyncio.Protocol):
    """Answers every request with its method, path and body."""

    def __init__(self, transports: set[asyncio.WriteTransport]) -> None:
        self._transports = transports
        self._connection = H2Connection(H2Configuration(client_side=False))
        self._asked: dict[int, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._transports.add(transport)
        self._connection.initiate_connection()
        self._flush()

    def data_received(self, data: bytes) -> None:
        for event in self._connection.receive_data(data):
            if isinstance(event, RequestReceived):
                headers = dict(event.headers or ())
                self._asked[event.stream_id or 0] = headers[b":method"] + b" " + headers[b":path"]
            elif isinstance(event, DataReceived):
                self._asked[event.stream_id or 0] += b" " + (event.data or b"")
            elif isinstance(event, StreamEnded):
                self._answer(event.stream_id or 0)
        self._flush()

    def _answer(self, stream: int) -> None:
        self._connection.send_headers(stream, [(":status", "201"), ("x-a", "1")])
        self._connection.send_data(stream, self._asked.pop(stream), end_stream=True)

    def _flush(self) -> None:
        self._transport.write(self._connection.data_to_send())


@asynccontextmanager
async def serve_http_2(context: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    """Yields the address of a target that speaks nothing else."""
    if context is not None:
        context.set_alpn_protocols(["h2"])
    loop = asyncio.get_running_loop()
    transports: set[asyncio.WriteTransport] = set()
    server = await loop.create_server(
        lambda: _Http2Protocol(transports), "127.0.0.1", 0, ssl=context
    )
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"{'http' if context is None else 'https'}://127.0.0.1:{port}"
        for transport in transports:
            transport.close()
