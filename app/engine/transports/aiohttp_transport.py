"""HTTP over aiohttp: tells every phase of an exchange, and the certificate of the target."""

import asyncio
import ssl
import time
from collections.abc import Iterator

import aiohttp
from yarl import URL

from app.engine.errors import TransportError
from app.engine.transfer import MAXIMUM_BODY_BYTES
from app.engine.transport import PreparedRequest, ReceivedResponse
from app.engine.transports import failures
from app.engine.transports.aiohttp_sessions import RouteSession, RouteSessions
from app.engine.transports.aiohttp_tracing import PhaseWatch
from app.engine.transports.body import ACCEPT_ENCODING, BodyCollector, get_body_limit
from app.engine.transports.progress import Progress
from app.engine.transports.routes import Route
from app.engine.transports.tls_observation import Handshake, current_handshake


class AiohttpTransport:
    """
    Holds the connections of the routes that were used lately; close it.

    Tells all timing phases; those of a connection only in the exchange that opened it. Speaks
    HTTP/1.1, whatever version a request asks for.
    """

    def __init__(self, maximum_body_bytes: int = MAXIMUM_BODY_BYTES) -> None:
        self._maximum_body_bytes = maximum_body_bytes
        self._sessions = RouteSessions()

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no complete answer arrived within `timeout` seconds."""
        progress = Progress(failures.find_host(request.url))
        try:
            async with asyncio.timeout(timeout):
                async with self._sessions.lease(Route.from_request(request)) as session:
                    return await self._exchange(session, request, progress)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _explain(error, request, progress, timeout) from error

    async def aclose(self) -> None:
        """Close every connection."""
        await self._sessions.close()

    async def _exchange(
        self, session: RouteSession, request: PreparedRequest, progress: Progress
    ) -> ReceivedResponse:
        handshake = Handshake()
        current_handshake.set(handshake)
        watch = PhaseWatch(progress, handshake)
        async with session.client.request(
            request.method,
            URL(request.url, encoded=True),
            headers=_build_headers(request),
            data=request.body,
            allow_redirects=False,
            proxy=request.transfer.proxy,
            trace_request_ctx=watch,
        ) as response:
            progress.answered_at = time.perf_counter()
            limit = get_body_limit(request.transfer, self._maximum_body_bytes)
            body = BodyCollector(limit, response.headers.get("Content-Encoding"))
            progress.body = body
            await _read(response, body)
        if handshake.certificate is not None:
            session.certificates[progress.host] = handshake.certificate
        return ReceivedResponse(
            status_code=response.status,
            headers=tuple(response.headers.items()),
            body=body.conclude(),
            is_truncated=body.is_truncated,
            elapsed_ms=progress.get_elapsed_ms(),
            timing_phases=watch.get_phases(),
            http_version=_format_version(response.version),
            certificate=session.certificates.get(progress.host),
            request=request,
        )


def _build_headers(request: PreparedRequest) -> list[tuple[str, str]]:
    headers = list(request.headers)
    if all(name.lower() != "accept-encoding" for name, _ in headers):
        headers.append(ACCEPT_ENCODING)
    return headers


async def _read(response: aiohttp.ClientResponse, body: BodyCollector) -> None:
    async for piece in response.content.iter_any():
        if body.add(piece):
            return


def _format_version(version: aiohttp.HttpVersion | None) -> str | None:
    return None if version is None else f"{version.major}.{version.minor}"


def _explain(
    error: Exception, request: PreparedRequest, progress: Progress, timeout: float
) -> TransportError:
    if isinstance(error, TimeoutError):
        return _explain_timeout(error, request, progress, timeout)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return failures.unknown_host(progress.host)
    causes = tuple(_iter_causes(error))
    insecure = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if insecure is not None:
        return failures.insecure(str(insecure))
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return failures.refused(progress.host)
    if isinstance(error, ValueError):
        return failures.unusable_address(str(error))
    return failures.broken_off(progress.describe(), str(error) or type(error).__name__)


def _explain_timeout(
    error: TimeoutError, request: PreparedRequest, progress: Progress, timeout: float
) -> TransportError:
    transfer = request.transfer
    if isinstance(error, aiohttp.ConnectionTimeoutError) and transfer.connect_timeout_ms:
        return failures.timed_out("no connection", transfer.connect_timeout_ms / 1000)
    if isinstance(error, aiohttp.SocketTimeoutError) and transfer.read_timeout_ms:
        return failures.nothing_more(progress.describe(), transfer.read_timeout_ms / 1000)
    return failures.timed_out(progress.describe(), timeout)


def _iter_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
