"""HTTP over pyreqwest (Rust), which speaks HTTP/2."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pyreqwest.client import Client
from pyreqwest.exceptions import (
    BuilderError,
    DetailedPyreqwestError,
    PyreqwestError,
    RequestTimeoutError,
)
from pyreqwest.http import HeaderMap
from pyreqwest.request import StreamRequest
from pyreqwest.response import Response

from app.engine.errors import TransportError
from app.engine.transfer import MAXIMUM_BODY_BYTES, Transfer
from app.engine.transport import PreparedRequest, ReceivedResponse
from app.engine.transports import failures
from app.engine.transports.body import BodyCollector, get_body_limit, list_headers
from app.engine.transports.progress import Progress
from app.engine.transports.pyreqwest_clients import ADDRESS_TIMEOUT_MS, RouteClients
from app.engine.transports.routes import MAXIMUM_ROUTES, Route

# Stands for the value of a header that is not ASCII: the library does not tell it.
UNREADABLE = "\ufffd"

# Our own deadline comes first; the library's is for what was cancelled.
GRACE_SECONDS = 1.0

_VERSIONS = {"HTTP/1.0": "1.0", "HTTP/1.1": "1.1", "HTTP/2.0": "2"}
_TLS_SIGNS = ("certificate", "tls", "TLS", "corrupt message", "handshake", "fatal alert")


@dataclass(slots=True)
class _Errand:
    """One request on its way; the `timeout` also ends it when nobody waits for it any more."""

    request: PreparedRequest
    timeout: timedelta
    progress: Progress


class PyreqwestTransport:
    """
    Holds the clients of the routes that were used lately; close it.

    Tells two timing phases: `first_byte_ms` from the start to the headers of the answer, and
    `download_ms`. Names of headers arrive in lower case. A request that is cancelled goes on
    unseen: the library ends it with the answer, or when its time is up.
    """

    def __init__(self, maximum_body_bytes: int = MAXIMUM_BODY_BYTES) -> None:
        self._maximum_body_bytes = maximum_body_bytes
        self._routes: OrderedDict[Route, RouteClients] = OrderedDict()

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no complete answer arrived within `timeout` seconds."""
        progress = Progress()
        try:
            async with asyncio.timeout(timeout):
                clients = self._get_clients(Route.from_request(request))
                errand = _Errand(request, timedelta(seconds=timeout + GRACE_SECONDS), progress)
                return await self._try(clients, clients.addresses, errand)
        except PyreqwestError as error:
            raise _explain(error, request, progress) from error
        except TimeoutError as error:
            raise failures.timed_out(progress.describe(), timeout) from error
        except ValueError as error:
            raise failures.unusable_address(str(error)) from error

    async def aclose(self) -> None:
        """Close every connection."""
        while self._routes:
            await self._routes.popitem()[1].close()

    def _get_clients(self, route: Route) -> RouteClients:
        clients = self._routes.get(route)
        if clients is None:
            clients = self._routes[route] = RouteClients(route)
            if len(self._routes) > MAXIMUM_ROUTES:
                self._routes.popitem(last=False)  # requests under way keep theirs alive
        else:
            self._routes.move_to_end(route)
        return clients

    async def _try(
        self,
        clients: RouteClients,
        addresses: Sequence[str | None],
        errand: _Errand,
    ) -> ReceivedResponse:
        """Send to the first address that can be connected to."""
        address, *others = addresses
        try:
            received = await self._exchange(clients.get(address), errand)
        except PyreqwestError as error:
            if not others or not _is_unconnected(error):
                raise
            return await self._try(clients, others, errand)
        if address != clients.addresses[0]:
            clients.prefer(address)
        return received

    async def _exchange(self, client: Client, errand: _Errand) -> ReceivedResponse:
        request, progress = errand.request, errand.progress
        async with _build(client, errand) as response:
            progress.answered_at = time.perf_counter()
            limit = get_body_limit(request.transfer, self._maximum_body_bytes)
            progress.body = body = BodyCollector(limit, response.get_header("content-encoding"))
            await _read(response, body)
        return ReceivedResponse(
            status_code=response.status,
            headers=_read_headers(response.headers),
            body=body.conclude(),
            is_truncated=body.is_truncated,
            elapsed_ms=progress.get_elapsed_ms(),
            timing_phases=progress.get_phases(),
            http_version=_VERSIONS.get(response.version),
            request=request,
        )


def _build(client: Client, errand: _Errand) -> StreamRequest:
    request = errand.request
    builder = client.request(request.method, request.url).headers(list_headers(request))
    if request.body is not None:
        builder = builder.body_bytes(request.body)
    # Every piece at once: what arrived before a failure is told.
    return builder.timeout(errand.timeout).streamed_read_buffer_limit(1).build_streamed()


async def _read(response: Response, body: BodyCollector) -> None:
    reader = response.body_reader
    while (piece := await reader.read_chunk()) is not None:
        if body.add(bytes(piece)):
            return


def _read_headers(headers: HeaderMap) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(headers.items())
    except ValueError:
        names = dict.fromkeys(headers)
        return tuple((name, value) for name in names for value in _read_values(headers, name))


def _read_values(headers: HeaderMap, name: str) -> list[str]:
    try:
        return headers.getall(name)
    except ValueError:
        return [UNREADABLE]


def _explain(error: PyreqwestError, request: PreparedRequest, progress: Progress) -> TransportError:
    reasons = _list_reasons(error)
    reason = reasons[-1]
    if isinstance(error, BuilderError):
        return failures.unusable_address(reason)
    if isinstance(error, RequestTimeoutError):
        return _explain_timeout(error, request.transfer, progress)
    if "dns error" in reasons:
        return failures.unknown_host(failures.find_host(request.url))
    if any(sign in reason for sign in _TLS_SIGNS):
        return failures.insecure(reason)
    if "Connection refused" in reason:
        return failures.refused(failures.find_host(request.url))
    return failures.broken_off(progress.describe(), reason)


def _explain_timeout(
    error: RequestTimeoutError, transfer: Transfer, progress: Progress
) -> TransportError:
    if _is_unconnected(error):
        milliseconds = transfer.connect_timeout_ms or ADDRESS_TIMEOUT_MS
        return failures.timed_out("no connection", milliseconds / 1000)
    milliseconds = transfer.read_timeout_ms or 0
    return failures.nothing_more(progress.describe(), milliseconds / 1000)


def _list_reasons(error: PyreqwestError) -> list[str]:
    """From the outermost to the first cause."""
    causes = error.details["causes"] if isinstance(error, DetailedPyreqwestError) else None
    return [cause["message"] for cause in causes or ()] or [error.message]


def _is_unconnected(error: PyreqwestError) -> bool:
    """Whether nothing was sent, so that another address may be tried."""
    return "client error (Connect)" in _list_reasons(error)
