"""aiohttp's sessions: one for every route that was used lately."""

import socket
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from app.engine.transport import Certificate
from app.engine.transports.aiohttp_tracing import create_trace_config
from app.engine.transports.routes import KEEP_ALIVE_SECONDS, MAXIMUM_ROUTES, Route
from app.engine.transports.tls_observation import create_tls_context

# A header or a line of the head may be as long as this; aiohttp's own 8 KiB refuses many cookies.
MAXIMUM_HEADER_BYTES = 64 * 1024


@dataclass(slots=True)
class RouteSession:
    """The connections of one route, and the certificates seen on them by host and port."""

    client: aiohttp.ClientSession
    certificates: dict[str, Certificate] = field(default_factory=dict[str, Certificate])
    users: int = 0


class RouteSessions:
    """Keeps MAXIMUM_ROUTES sessions; those in use are never closed."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[Route, RouteSession] = OrderedDict()

    @asynccontextmanager
    async def lease(self, route: Route) -> AsyncGenerator[RouteSession]:
        """The session of a route; raise TransportError when its settings are wrong."""
        session = self._sessions.get(route)
        if session is None:
            session = self._sessions[route] = RouteSession(_open(route))
        self._sessions.move_to_end(route)
        session.users += 1
        try:
            await self._close_surplus()
            yield session
        finally:
            session.users -= 1

    async def close(self) -> None:
        """Close every connection."""
        while self._sessions:
            await self._sessions.popitem()[1].client.close()

    async def _close_surplus(self) -> None:
        surplus = len(self._sessions) - MAXIMUM_ROUTES
        idle = [route for route, session in self._sessions.items() if session.users == 0]
        for route in idle[: max(0, surplus)]:
            await self._sessions.pop(route).client.close()


def _open(route: Route) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=0,
        ssl=create_tls_context(route.tls),
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        resolver=_KnownAddresses(route.addresses) if route.addresses else None,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_build_timeout(route),
        auto_decompress=False,
        skip_auto_headers=("Accept", "Content-Type", "User-Agent"),
        trace_configs=[create_trace_config()],
        max_line_size=MAXIMUM_HEADER_BYTES,
        max_field_size=MAXIMUM_HEADER_BYTES,
    )


def _build_timeout(route: Route) -> aiohttp.ClientTimeout:
    """Whoever sends sets the deadline of the whole exchange."""
    return aiohttp.ClientTimeout(
        total=None,
        sock_connect=_to_seconds(route.connect_timeout_ms),
        sock_read=_to_seconds(route.read_timeout_ms),
    )


def _to_seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


class _KnownAddresses(AbstractResolver):
    """Answers with the addresses that were checked, whatever the name would resolve to now."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Those of a family, in the order in which they are to be tried."""
        results = (_describe(address, host, port) for address in self._addresses)
        return [result for result in results if family in (socket.AF_UNSPEC, result["family"])]

    async def close(self) -> None:
        """Nothing is held."""


def _describe(address: str, host: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )
