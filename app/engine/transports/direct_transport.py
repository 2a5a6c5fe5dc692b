"""HTTP/1.1 on connections of our own."""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from app.core.clock import to_milliseconds
from app.engine.errors import TransportError
from app.engine.network.target import Target, parse_target
from app.engine.transfer import MAXIMUM_BODY_BYTES, Tls
from app.engine.transport import Certificate, PreparedRequest, ReceivedResponse
from app.engine.transports import failures
from app.engine.transports.body import get_body_limit
from app.engine.transports.direct.answer import Answer, MalformedAnswerError
from app.engine.transports.direct.connection import Connection, LostConnectionError
from app.engine.transports.direct.message import write_message
from app.engine.transports.direct.opening import open_connection
from app.engine.transports.direct.pool import ConnectionPool
from app.engine.transports.direct.proxy import Proxy, parse_proxy
from app.engine.transports.direct.watch import SilentTargetError
from app.engine.transports.progress import Progress
from app.engine.transports.routes import MAXIMUM_ROUTES
from app.engine.transports.tls import create_tls_context

CertificateReader: TypeAlias = Callable[[bytes], Certificate]

# May be sent again when the target closes a waiting connection at that moment (RFC 9110, 9.2.2).
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class _Purpose(NamedTuple):
    """What two requests must have in common to share a connection."""

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...] | None
    proxy: str | None
    tls: Tls | None


@dataclass(slots=True)
class _Errand:
    """One request on its way, with the seconds that all of it may take."""

    request: PreparedRequest
    timeout: float
    progress: Progress
    target: Target
    proxy: Proxy | None
    purpose: _Purpose

    def get_remaining(self) -> float:
        """Seconds that are left."""
        return self.timeout - (time.perf_counter() - self.progress.started_at)


class DirectTransport:
    """
    Keeps connections until they were idle for KEEP_ALIVE_SECONDS; close it.

    Tells every timing phase; those of a connection in the exchange that opened it. Certificates
    are told to requests that ask for details, when there is somebody to read them.
    """

    def __init__(
        self,
        maximum_body_bytes: int = MAXIMUM_BODY_BYTES,
        read_certificate: CertificateReader | None = None,
    ) -> None:
        self._maximum_body_bytes = maximum_body_bytes
        self._read_certificate = read_certificate
        self._pool = ConnectionPool()
        self._contexts: dict[Tls, ssl.SSLContext] = {}

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no complete answer arrived within `timeout` seconds."""
        progress = Progress()
        try:
            return await self._run(_prepare(request, timeout, progress))
        except (OSError, ValueError, MalformedAnswerError, SilentTargetError) as error:
            raise _explain(error, request, progress, timeout) from error

    async def aclose(self) -> None:
        """Close every connection."""
        self._pool.close()

    async def _run(self, errand: _Errand) -> ReceivedResponse:
        connection = self._pool.take(errand.purpose)
        if connection is not None:
            try:
                return await self._exchange(connection, errand)
            except LostConnectionError:
                if errand.request.method not in _IDEMPOTENT:
                    raise
        return await self._exchange(await self._open(errand), errand)

    async def _open(self, errand: _Errand) -> Connection:
        transfer, target = errand.request.transfer, errand.target
        tls = self._get_context(transfer.tls) if target.is_secure else None
        remaining, seconds = errand.get_remaining(), _to_seconds(transfer.connect_timeout_ms)
        is_limited = seconds is not None and seconds < remaining
        try:
            async with asyncio.timeout(seconds if is_limited else remaining):
                addresses = errand.request.addresses or ()
                return await open_connection(target, errand.proxy, addresses, tls)
        except TimeoutError as error:
            if seconds is None or not is_limited:
                raise
            raise failures.timed_out("no connection", seconds) from error

    def _get_context(self, tls: Tls) -> ssl.SSLContext:
        context = self._contexts.get(tls)
        if context is None:
            if len(self._contexts) >= MAXIMUM_ROUTES:
                self._contexts.clear()
            context = self._contexts[tls] = create_tls_context(tls)
        return context

    async def _exchange(self, connection: Connection, errand: _Errand) -> ReceivedResponse:
        started_at = time.perf_counter()
        request = errand.request
        limit = get_body_limit(request.transfer, self._maximum_body_bytes)
        answer = Answer(request.method, limit, errand.progress)
        message = write_message(request, errand.target, _get_forwarded(errand))
        try:
            silence = _to_seconds(request.transfer.read_timeout_ms)
            await connection.exchange(message, answer, errand.get_remaining(), silence)
            received = ReceivedResponse(
                status_code=answer.status_code,
                headers=tuple(answer.headers),
                body=answer.body.conclude(),
                is_truncated=answer.body.is_truncated,
                elapsed_ms=errand.progress.get_elapsed_ms(),
                timing_phases=_measure(connection, answer, started_at),
                http_version=answer.http_version,
                certificate=self._find_certificate(connection, errand),
                request=request,
            )
        except BaseException:
            connection.close()
            raise
        if answer.keeps_connection:
            self._pool.give(errand.purpose, connection)
        else:
            connection.close()
        return received

    def _find_certificate(self, connection: Connection, errand: _Errand) -> Certificate | None:
        if self._read_certificate is None or not errand.request.is_detailed:
            return None
        encoded = connection.find_certificate() if errand.target.is_secure else None
        return self._read_certificate(encoded) if encoded else None


def _prepare(request: PreparedRequest, timeout: float, progress: Progress) -> _Errand:
    target, transfer = parse_target(request.url), request.transfer
    proxy = parse_proxy(transfer.proxy) if transfer.proxy else None
    tls = transfer.tls if target.is_secure else None
    purpose = _Purpose(
        target.scheme, target.host, target.port, request.addresses, transfer.proxy, tls
    )
    return _Errand(request, timeout, progress, target, proxy, purpose)


def _get_forwarded(errand: _Errand) -> str | None:
    """What a proxy is to know that passes the request on; through a tunnel it knows nothing."""
    is_passed_on = errand.proxy is not None and not errand.target.is_secure
    return errand.proxy.authorization if errand.proxy is not None and is_passed_on else None


def _to_seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _measure(connection: Connection, answer: Answer, started_at: float) -> dict[str, float]:
    """Milliseconds by phase; together they are nearly the time of the exchange."""
    ended_at = time.perf_counter()
    first_byte_at = answer.first_byte_at or ended_at
    sent_at = min(connection.sent_at, first_byte_at)
    return connection.take_phases() | {
        "send_ms": to_milliseconds(sent_at - started_at),
        "first_byte_ms": to_milliseconds(first_byte_at - sent_at),
        "download_ms": to_milliseconds(ended_at - first_byte_at),
    }


def _explain(
    error: Exception, request: PreparedRequest, progress: Progress, timeout: float
) -> TransportError:
    host = failures.find_host(request.url)
    if isinstance(error, TimeoutError):
        return failures.timed_out(progress.describe(), timeout)
    if isinstance(error, SilentTargetError):
        milliseconds = request.transfer.read_timeout_ms or 0
        return failures.nothing_more(progress.describe(), milliseconds / 1000)
    if isinstance(error, ssl.SSLError):
        return failures.insecure(str(error))
    if isinstance(error, ConnectionRefusedError):
        return failures.refused(host)
    if isinstance(error, ValueError):
        return failures.unusable_address(str(error))
    return failures.broken_off(progress.describe(), str(error) or type(error).__name__)
