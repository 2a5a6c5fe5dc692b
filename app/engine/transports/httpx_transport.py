"""HTTP over httpx, by default on aiohttp's connections: httpx's own pool slows down with load."""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from urllib.parse import urlsplit

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from app.engine.errors import Category, TransportError
from app.engine.transport import PreparedRequest, ReceivedResponse

MAXIMUM_BODY_BYTES = 10 * 1024 * 1024
ACCEPT_ENCODING = (b"Accept-Encoding", b"gzip, deflate")

NO_TIMEOUT = httpx.Timeout(None)  # send() sets one deadline for the whole exchange

CHECK_TARGET = "Check that the target is running and that the base URL of the environment is right."


class HttpxTransport:
    """Sends through a client that it owns; bodies are read up to `maximum_body_bytes`."""

    def __init__(
        self, client: httpx.AsyncClient, maximum_body_bytes: int = MAXIMUM_BODY_BYTES
    ) -> None:
        self._client = client
        self._maximum_body_bytes = maximum_body_bytes

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no complete answer arrived within `timeout` seconds."""
        progress = _Progress(_find_host(request.url))
        try:
            async with asyncio.timeout(timeout):
                return await self._exchange(_build(request), progress)
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError) as error:
            raise _explain(error, progress, timeout) from error
        except (OSError, ValueError) as error:
            raise _explain(error, progress, timeout) from error

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def __aenter__(self) -> "HttpxTransport":
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _exchange(self, request: httpx.Request, progress: "_Progress") -> ReceivedResponse:
        response = await self._client.send(request, stream=True)
        try:
            progress.answered_at = time.perf_counter()
            is_truncated = await self._read(response, progress)
        finally:
            await response.aclose()
        return ReceivedResponse(
            status_code=response.status_code,
            headers=tuple(response.headers.multi_items()),
            body=bytes(progress.body),
            is_truncated=is_truncated,
            elapsed_ms=_milliseconds(time.perf_counter() - progress.started_at),
            timing_phases=progress.get_phases(),
        )

    async def _read(self, response: httpx.Response, progress: "_Progress") -> bool:
        async for chunk in response.aiter_bytes():
            progress.body += chunk
            if len(progress.body) > self._maximum_body_bytes:
                del progress.body[self._maximum_body_bytes :]
                return True
        return False


@dataclass(slots=True)
class _Progress:
    """How far an exchange with a host came, for timings and for the message of a failure."""

    host: str
    started_at: float = field(default_factory=time.perf_counter)
    answered_at: float | None = None
    body: bytearray = field(default_factory=bytearray)

    def get_phases(self) -> dict[str, float]:
        """Milliseconds until the headers of the answer, and from there to its end."""
        if self.answered_at is None:
            return {}
        return {
            "first_byte_ms": _milliseconds(self.answered_at - self.started_at),
            "download_ms": _milliseconds(time.perf_counter() - self.answered_at),
        }

    def describe(self) -> str:
        if self.answered_at is None:
            return "no answer"
        return f"an incomplete answer ({len(self.body)} bytes of the body)"


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _build(request: PreparedRequest) -> httpx.Request:
    headers = [(name.encode(), value.encode()) for name, value in request.headers]
    if all(name.lower() != b"accept-encoding" for name, _ in headers):
        headers.append(ACCEPT_ENCODING)
    return httpx.Request(request.method, request.url, headers=headers, content=request.body)


def _explain(error: Exception, progress: _Progress, timeout: float) -> TransportError:
    causes = tuple(_iter_causes(error))
    if any(map(_is_timeout, causes)):
        return TransportError(
            Category.TIMEOUT,
            f"{progress.describe()} within {timeout:g} s",
            "Raise the timeout of the test, or find out why the target is slow.",
        )
    if isinstance(error, httpx.DecodingError):
        return TransportError(
            Category.DATA_VALIDATION,
            f"the body does not have the encoding its headers say: {error}",
            "Check the Content-Encoding of the target's answer.",
        )
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | ValueError):
        return TransportError(Category.ENVIRONMENT, f"cannot send to it: {error}", CHECK_TARGET)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return TransportError(
            Category.CONNECTION, f"the host name is not known: {progress.host}", CHECK_TARGET
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return TransportError(
            Category.CONNECTION,
            f"no secure connection: {error}",
            "Check the certificate of the target.",
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return TransportError(
            Category.CONNECTION, f"connection refused by {progress.host}", CHECK_TARGET
        )
    reason = str(error) or type(error).__name__
    return TransportError(Category.CONNECTION, f"{progress.describe()}: {reason}", CHECK_TARGET)


def _find_host(url: str) -> str:
    """Host and port without user information; what cannot be parsed is told apart later."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return url


def _iter_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _is_timeout(cause: BaseException) -> bool:
    if isinstance(cause, TimeoutError):
        return True
    # httpx-aiohttp calls every lost connection a connect timeout; its cause tells the truth.
    is_lost_connection = isinstance(cause.__cause__, aiohttp.ClientConnectionError)
    return isinstance(cause, httpx.TimeoutException) and not is_lost_connection


def create_http_transport(
    *,
    connections: int = 100,
    verify: ssl.SSLContext | bool = True,
    maximum_body_bytes: int = MAXIMUM_BODY_BYTES,
) -> HttpxTransport:
    """A transport with its own connections, no cookies, no proxy and no redirects; close it."""
    context = httpx.create_ssl_context(verify=verify, trust_env=False)

    def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections, ssl=context),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("Accept", "Content-Type", "User-Agent"),
        )

    client = httpx.AsyncClient(
        transport=AiohttpTransport(client=open_session, verify=context),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        timeout=NO_TIMEOUT,
        trust_env=False,
    )
    return HttpxTransport(client, maximum_body_bytes)
