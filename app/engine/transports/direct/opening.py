"""Opens connections: address, TCP, proxy, TLS; each step with the time it took."""

import asyncio
import math
import socket
import ssl
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress

from app.core.clock import to_milliseconds
from app.engine.network.target import Target
from app.engine.transports import failures
from app.engine.transports.direct.answer import Answer
from app.engine.transports.direct.connection import Connection
from app.engine.transports.direct.message import write_connect
from app.engine.transports.direct.proxy import Proxy
from app.engine.transports.progress import Progress

# How long one of several addresses of a host may keep the next ones waiting.
ADDRESS_TIMEOUT_SECONDS = 3.0


async def open_connection(
    target: Target, proxy: Proxy | None, addresses: Sequence[str], tls: ssl.SSLContext | None
) -> Connection:
    """
    Connect to the target, or through the proxy; `addresses` are those of whichever comes first.

    `tls` is for the target, None when it is not to be spoken. Raise OSError, of which ssl.SSLError
    is one, or TransportError when it cannot be opened.
    """
    first = target if proxy is None else proxy.target
    connection = Connection(begins_with_tls=first.is_secure)
    try:
        await _connect(connection, first, addresses)
        if proxy is not None and proxy.target.is_secure:
            await _secure(connection, proxy.target, ssl.create_default_context())
        if tls is not None:
            if proxy is not None:
                await _open_tunnel(connection, target, proxy)
            await _secure(connection, target, tls)
    except BaseException:
        connection.close()
        raise
    return connection


async def _connect(connection: Connection, place: Target, addresses: Sequence[str]) -> None:
    if not addresses and place.find_ip_address() is None:
        with _measured(connection, "dns_ms"):
            addresses = await resolve(place.host, place.port)
    with _measured(connection, "connect_ms"):
        await _connect_to_any(connection, addresses or (place.host,), place.port)


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a host, each once; raise TransportError when there are none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise failures.unknown_host(host) from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


async def _connect_to_any(connection: Connection, addresses: Sequence[str], port: int) -> None:
    loop = asyncio.get_running_loop()
    *others, last = addresses
    for address in others:
        with suppress(OSError):
            async with asyncio.timeout(ADDRESS_TIMEOUT_SECONDS):
                await loop.create_connection(lambda: connection, address, port)
            return
    await loop.create_connection(lambda: connection, last, port)


async def _open_tunnel(connection: Connection, target: Target, proxy: Proxy) -> None:
    answer = Answer("CONNECT", 0, Progress())
    # Whoever opens the connection has set a deadline for all of it.
    await connection.exchange(write_connect(target, proxy.authorization), answer, math.inf)
    if not 200 <= answer.status_code < 300:
        raise failures.refused_by_proxy(proxy.target.authority, answer.status_code)


async def _secure(connection: Connection, place: Target, context: ssl.SSLContext) -> None:
    loop = asyncio.get_running_loop()
    with _measured(connection, "tls_ms"):
        transport = await loop.start_tls(
            connection.transport, connection, context, server_hostname=place.host.rstrip(".")
        )
    if transport is None:
        raise ConnectionResetError("the target closed the connection")
    connection.use(transport)


@contextmanager
def _measured(connection: Connection, phase: str) -> Generator[None]:
    started = time.perf_counter()
    yield
    connection.phases[phase] = to_milliseconds(time.perf_counter() - started)
