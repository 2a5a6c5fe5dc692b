"""Where requests come from, as far as limits care."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.requests import HTTPConnection

SITE_BITS = 64
"""Of IPv6: whoever has one address of such a network has all of them."""


def find_origin(connection: HTTPConnection) -> str:
    """Return the address of the peer, as the server knows it from the proxies that it trusts."""
    if connection.client is None:
        return "unknown"
    try:
        address = ip_address(connection.client.host)
    except ValueError:
        return connection.client.host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Network((address, SITE_BITS), strict=False))
    return str(address)
