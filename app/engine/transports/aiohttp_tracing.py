"""Measures the phases of an exchange over aiohttp."""

import time
from collections.abc import Callable, Coroutine, Iterator
from types import SimpleNamespace
from typing import Any, TypeAlias

import aiohttp

from app.engine.transports.progress import Progress, to_milliseconds
from app.engine.transports.tls_observation import Handshake

Marker: TypeAlias = Callable[
    [aiohttp.ClientSession, SimpleNamespace, Any], Coroutine[None, None, None]
]

_RESOLVING, _RESOLVED = "resolving", "resolved"
_CONNECTING, _CONNECTED, _REUSED = "connecting", "connected", "reused"
_SENT = "sent"


class PhaseWatch:
    """The moments of one exchange; what did not happen in it has no phase."""

    def __init__(self, progress: Progress, handshake: Handshake) -> None:
        self._progress = progress
        self._handshake = handshake
        self._moments: dict[str, float] = {}

    def mark(self, name: str) -> None:
        """Remember that something happens now; the last time counts."""
        self._moments[name] = time.perf_counter()

    def get_phases(self) -> dict[str, float]:
        """Milliseconds by phase; together they are the time of the exchange."""
        return {
            name: max(0.0, to_milliseconds(seconds)) for name, seconds in self._iter_phases()
        } | self._progress.get_phases(self._moments.get(_SENT))

    def _iter_phases(self) -> Iterator[tuple[str, float]]:
        resolving = self._get_span(_RESOLVING, _RESOLVED)
        handshake = self._handshake.get_seconds()
        connecting = self._get_span(_CONNECTING, _CONNECTED)
        if resolving is not None:
            yield "dns_ms", resolving
        if connecting is not None:
            yield "connect_ms", connecting - (resolving or 0) - (handshake or 0)
        if handshake is not None:
            yield "tls_ms", handshake
        sending = self._get_span(_REUSED if connecting is None else _CONNECTED, _SENT)
        if sending is not None:
            yield "send_ms", sending

    def _get_span(self, start: str, end: str) -> float | None:
        if start not in self._moments or end not in self._moments:
            return None
        return self._moments[end] - self._moments[start]


def create_trace_config() -> aiohttp.TraceConfig:
    """Marks the moments on the PhaseWatch that a request brings as its trace context."""
    config = aiohttp.TraceConfig()
    config.on_dns_resolvehost_start.append(_build_marker(_RESOLVING))
    config.on_dns_resolvehost_end.append(_build_marker(_RESOLVED))
    config.on_connection_create_start.append(_build_marker(_CONNECTING))
    config.on_connection_create_end.append(_build_marker(_CONNECTED))
    config.on_connection_reuseconn.append(_build_marker(_REUSED))
    config.on_request_headers_sent.append(_build_marker(_SENT))
    config.on_request_chunk_sent.append(_build_marker(_SENT))
    return config


def _build_marker(name: str) -> Marker:
    async def mark(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
        watch: PhaseWatch = context.trace_request_ctx
        watch.mark(name)

    return mark
