"""The seam to the network: a prepared request in, a received response out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.engine.json_values import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRequest:
    """A request ready to be sent: absolute URL with its query, encoded body."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    query: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    credentials: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedResponse:
    """An answer; the body is decoded and cut at the transport's limit (`is_truncated`)."""

    status_code: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    is_truncated: bool = False
    elapsed_ms: float = 0.0
    timing_phases: Mapping[str, float] = field(default_factory=dict[str, float])


class Transport(Protocol):
    """Sends one request. Must honour `timeout` (seconds, for the whole exchange)."""

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no complete answer arrived; nothing else."""
        ...
