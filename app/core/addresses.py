"""Addresses of services, as people write them."""


def check_http_url(value: str) -> str:
    """Return the address without a trailing slash; raises `ValueError` unless it is HTTP(S)."""
    if not value.startswith(("http://", "https://")):
        message = "must start with http:// or https://"
        raise ValueError(message)
    return value.rstrip("/")
