"""The seam to the network: a prepared request in, a received response out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.engine.json_values import JsonValue
from app.engine.records import record
from app.engine.transfer import Transfer

DEFAULT_TRANSFER = Transfer()


@record
class PreparedRequest:
    """
    A request ready to be sent: absolute URL with its query, encoded body.

    `addresses` are the only ones that may be connected to, found for the host of the URL; None
    leaves finding them to the transport. `is_detailed` asks for every timing phase and the
    certificate, which not every transport can tell.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    query: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    credentials: tuple[str, ...] = field(default=(), repr=False)
    transfer: Transfer = DEFAULT_TRANSFER
    addresses: tuple[str, ...] | None = None
    is_detailed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What the target proved itself with."""

    not_after: datetime
    subject: str
    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """One answer that sent the request on, from `url` to `location`; both absolute."""

    status_code: int
    url: str
    location: str


@record
class ReceivedResponse:
    """
    An answer; the body is decoded and cut at the transport's limit (`is_truncated`).

    `timing_phases` are milliseconds by name, those that the transport can tell of `dns_ms`,
    `connect_ms`, `tls_ms`, `send_ms`, `first_byte_ms` and `download_ms`. `url` is where the
    answer came from after `redirects`; None for where the request was sent to. `request` is the
    one that was answered, as it was sent: with its authentication and cookies, which evidence masks.
    """

    status_code: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    is_truncated: bool = False
    elapsed_ms: float = 0.0
    timing_phases: Mapping[str, float] = field(default_factory=dict[str, float])
    http_version: str | None = None
    certificate: Certificate | None = None
    redirects: tuple[Redirect, ...] = ()
    url: str | None = None
    request: PreparedRequest | None = field(default=None, repr=False)


class Transport(Protocol):
    """Sends one request as it is: no redirects, no cookies. Must honour `timeout` (seconds)."""

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no complete answer arrived in time; nothing else."""
        ...
