"""A target that speaks TLS with whatever certificate a test wants."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import trustme

from app.engine.transfer import Tls

AUTHORITY = trustme.CA()
STRANGER = trustme.CA()

TRUSTING = Tls(ca=AUTHORITY.cert_pem.bytes().decode())


def issue(
    host: str = "127.0.0.1",
    authority: trustme.CA = AUTHORITY,
    not_after: datetime | None = None,
) -> trustme.LeafCert:
    """A certificate for the host that is valid until then."""
    not_before = None if not_after is None else datetime(2020, 1, 1, tzinfo=UTC)
    return authority.issue_cert(host, not_before=not_before, not_after=not_after)


def build_identity() -> Tls:
    """What a client of the authority proves itself with."""
    leaf = AUTHORITY.issue_cert("client@shop.test")
    return Tls(
        ca=TRUSTING.ca,
        certificate=leaf.cert_chain_pems[0].bytes().decode(),
        key=leaf.private_key_pem.bytes().decode(),
    )


def build_context(leaf: trustme.LeafCert, *, asks_client: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with leaf.private_key_and_cert_chain_pem.tempfile() as path:
        context.load_cert_chain(path)
    if asks_client:
        context.load_verify_locations(cadata=TRUSTING.ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
        pass
    finally:
        writer.close()


@asynccontextmanager
async def serve_tls(context: ssl.SSLContext, host: str = "127.0.0.1") -> AsyncGenerator[str]:
    """Yields the URL of a target that answers `ok` to everything."""
    loop = asyncio.get_running_loop()
    handlers: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(loop.create_task(_answer(reader, writer)))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://{host}:{listener.sockets[0].getsockname()[1]}/"
    finally:
        listener.close()
        for handler in handlers:
            handler.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
