"""HTTP over any httpx client: for tests with respx, and for clients that others configured."""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator

import httpx

from app.engine.errors import TransportError
from app.engine.transfer import MAXIMUM_BODY_BYTES
from app.engine.transport import PreparedRequest, ReceivedResponse
from app.engine.transports import failures
from app.engine.transports.body import BodyCollector, get_body_limit, list_headers
from app.engine.transports.progress import Progress


class HttpxTransport:
    """
    Sends through a client that it owns.

    Proxy, TLS, version and addresses are the client's own; so are its connections, which slow down
    beyond a few at a time. Tells two timing phases: `first_byte_ms` and `download_ms`.
    """

    def __init__(
        self, client: httpx.AsyncClient, maximum_body_bytes: int = MAXIMUM_BODY_BYTES
    ) -> None:
        self._client = client
        self._maximum_body_bytes = maximum_body_bytes

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no complete answer arrived within `timeout` seconds."""
        progress = Progress()
        try:
            async with asyncio.timeout(timeout):
                return await self._exchange(_build(request), request, progress)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise _explain(error, request, progress, timeout) from error

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _exchange(
        self, prepared: httpx.Request, request: PreparedRequest, progress: Progress
    ) -> ReceivedResponse:
        response = await self._client.send(prepared, stream=True, follow_redirects=False)
        try:
            progress.answered_at = time.perf_counter()
            limit = get_body_limit(request.transfer, self._maximum_body_bytes)
            body = BodyCollector(limit, response.headers.get("content-encoding"))
            progress.body = body
            await _read(response, body)
        finally:
            await response.aclose()
        return ReceivedResponse(
            status_code=response.status_code,
            headers=tuple(response.headers.multi_items()),
            body=body.conclude(),
            is_truncated=body.is_truncated,
            elapsed_ms=progress.get_elapsed_ms(),
            timing_phases=progress.get_phases(),
            http_version=response.http_version.removeprefix("HTTP/"),
            request=request,
        )


def _build(request: PreparedRequest) -> httpx.Request:
    headers = [(name.encode(), value.encode()) for name, value in list_headers(request)]
    # The deadline of the whole exchange is ours; the client has none of its own to add.
    extensions = {"timeout": httpx.Timeout(None).as_dict()}
    return httpx.Request(
        request.method, request.url, headers=headers, content=request.body, extensions=extensions
    )


async def _read(response: httpx.Response, body: BodyCollector) -> None:
    async for piece in response.aiter_raw():
        if body.add(piece):
            return


def _explain(
    error: Exception, request: PreparedRequest, progress: Progress, timeout: float
) -> TransportError:
    causes = tuple(_iter_causes(error))
    if any(isinstance(cause, TimeoutError | httpx.TimeoutException) for cause in causes):
        return failures.timed_out(progress.describe(), timeout)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | ValueError):
        return failures.unusable_address(str(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return failures.unknown_host(failures.find_host(request.url))
    insecure = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if insecure is not None:
        return failures.insecure(str(insecure))
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return failures.refused(failures.find_host(request.url))
    return failures.broken_off(progress.describe(), str(error) or type(error).__name__)


def _iter_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
