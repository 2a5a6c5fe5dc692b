"""Which requests may share a connection."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.engine.transfer import Tls
from app.engine.transport import PreparedRequest
from app.engine.transports.failures import unusable_address

MAXIMUM_ROUTES = 64

# Common servers close a connection that was idle for five seconds; we have to be first.
KEEP_ALIVE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Route:
    """
    What two requests must have in common; different runs may allow different addresses.

    `host` is what `addresses` were found for: the proxy when there is one. None of them leaves
    finding the address to the transport.
    """

    host: str | None
    addresses: tuple[str, ...]
    is_secure: bool
    proxy: str | None
    tls: Tls
    is_http_2: bool
    connect_timeout_ms: int | None
    read_timeout_ms: int | None

    @classmethod
    def from_request(cls, request: PreparedRequest) -> "Route":
        """Raise TransportError when the address cannot be understood."""
        transfer = request.transfer
        return cls(
            host=_find_host(transfer.proxy or request.url) if request.addresses else None,
            addresses=request.addresses or (),
            is_secure=request.url.startswith("https:"),
            proxy=transfer.proxy,
            tls=transfer.tls,
            is_http_2=transfer.http_version == "2",
            connect_timeout_ms=transfer.connect_timeout_ms,
            read_timeout_ms=transfer.read_timeout_ms,
        )


def _find_host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError as error:
        raise unusable_address(str(error)) from error
