"""The proxy that a request goes through."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from app.engine.network.target import Target, UnusableAddressError, parse_target
from app.engine.transports.failures import unusable_address


@dataclass(frozen=True, slots=True)
class Proxy:
    """`authorization` is the value of Proxy-Authorization; empty without user and password."""

    target: Target
    authorization: str


def parse_proxy(url: str) -> Proxy:
    """Raise TransportError when it is not `http://[user:password@]host:port`."""
    try:
        target, parts = parse_target(url), urlsplit(url)
    except UnusableAddressError as error:
        raise unusable_address(f"transfer.proxy: {error}") from error
    if parts.username is None:
        return Proxy(target, "")
    user, password = unquote(parts.username), unquote(parts.password or "")
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Proxy(target, f"Basic {encoded}")
