"""Addresses of services, as people write them."""

from typing import Final

LARGEST_PORT: Final = 65_535


def check_http_url(value: str) -> str:
    """Return the address without a trailing slash; raises `ValueError` unless it is HTTP(S)."""
    if not value.startswith(("http://", "https://")):
        message = "must start with http:// or https://"
        raise ValueError(message)
    return value.rstrip("/")


def check_network_address(value: str) -> str:
    """Return the address; raises `ValueError` unless it is `host:port`."""
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > LARGEST_PORT:
        message = "must be host:port"
        raise ValueError(message)
    return value
