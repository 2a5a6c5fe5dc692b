"""Builds pyreqwest's clients: whom they trust, how they connect, what they speak."""

from dataclasses import replace
from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.proxy import ProxyBuilder

from app.engine.transfer import Tls
from app.engine.transports.failures import unusable_address, unusable_credentials
from app.engine.transports.routes import KEEP_ALIVE_SECONDS, Route

# How long one of several addresses of a host may keep the next ones waiting.
ADDRESS_TIMEOUT_MS = 3_000


class RouteClients:
    """The clients of one route: one for each of its addresses, as they are needed."""

    def __init__(self, route: Route) -> None:
        self.addresses: tuple[str | None, ...] = route.addresses or (None,)
        self._route = _hurry(route) if len(self.addresses) > 1 else route
        self._clients: dict[str | None, Client] = {}

    def get(self, address: str | None) -> Client:
        """The client that connects to this address only; raise TransportError when it cannot."""
        client = self._clients.get(address)
        if client is None:
            client = self._clients[address] = _build_client(self._route, address)
        return client

    def prefer(self, address: str | None) -> None:
        """Try this address first from now on: it answered."""
        others = (other for other in self.addresses if other != address)
        self.addresses = (address, *others)

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.close()


def _hurry(route: Route) -> Route:
    return replace(route, connect_timeout_ms=route.connect_timeout_ms or ADDRESS_TIMEOUT_MS)


def _build_client(route: Route, address: str | None) -> Client:
    builder = (
        ClientBuilder()
        .follow_redirects(False)
        .referer(False)
        .gzip(False)
        .brotli(False)
        .zstd(False)
        .deflate(False)
        .pool_idle_timeout(timedelta(seconds=KEEP_ALIVE_SECONDS))
    )
    builder = _set_timeouts(builder, route)
    builder = _set_proxy(builder, route.proxy)
    if route.host is not None and address is not None:
        builder = builder.resolve(route.host, address, 0)
    if route.is_http_2:
        # Without TLS there is nobody to agree on a version with.
        builder = builder.http2(True) if route.is_secure else builder.http2_prior_knowledge()
    return _build_trusting(builder, route.tls)


def _set_timeouts(builder: ClientBuilder, route: Route) -> ClientBuilder:
    if route.connect_timeout_ms is not None:
        builder = builder.connect_timeout(timedelta(milliseconds=route.connect_timeout_ms))
    if route.read_timeout_ms is not None:
        builder = builder.read_timeout(timedelta(milliseconds=route.read_timeout_ms))
    return builder


def _set_proxy(builder: ClientBuilder, proxy: str | None) -> ClientBuilder:
    if proxy is None:
        return builder.no_proxy()
    try:
        return builder.proxy(ProxyBuilder.all(proxy))
    except ValueError as error:
        raise unusable_address(f"transfer.proxy: {error}") from error


def _build_trusting(builder: ClientBuilder, tls: Tls) -> Client:
    if not tls.verify:
        builder = builder.danger_accept_invalid_certs(True)
    try:
        if tls.ca is not None:
            builder = builder.add_root_certificate_pem(tls.ca.encode())
        if tls.certificate is not None:
            builder = builder.identity_pem(f"{tls.certificate}\n{tls.key or ''}".encode())
        return builder.build()
    except ValueError as error:
        raise unusable_credentials(str(error)) from error
