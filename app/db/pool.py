"""One pool of HTTP connections to PostgREST for the whole process."""

import time
from collections import Counter
from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import httpx
import orjson
from httpx_aiohttp import AiohttpTransport

from app.core.database_use import add_database_request
from app.core.logging import get_logger
from app.core.settings import Settings
from app.db.errors import GatewayAnswerError

MAXIMUM_CONNECTIONS = 20
CONNECT_TIMEOUT_SECONDS = 3.0
# Common servers close a connection that was idle for five seconds; we have to be first.
KEEP_ALIVE_SECONDS = 4.0

logger = get_logger(__name__)


class CountingTransport(httpx.AsyncBaseTransport):
    """Counts every request by resource, and tells PostgREST's answers from a gateway's."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self.counts: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; raises `GatewayAnswerError` for an error that is not PostgREST's."""
        resource = request.url.path.partition("/rest/v1/")[2]
        self.counts[resource] += 1
        started = time.perf_counter()
        try:
            response = await self._transport.handle_async_request(request)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 2)
            add_database_request(milliseconds)
        logger.debug(
            "database_request",
            method=request.method,
            resource=resource,
            status=response.status_code,
            duration_ms=milliseconds,
        )
        if response.status_code >= 400:
            await _require_postgrest_error(request, response)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()


def create_transport() -> CountingTransport:
    """Return the transport of one process; must be called inside the running event loop."""
    return CountingTransport(AiohttpTransport(client=_create_connections))


def create_client(settings: Settings, transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Return the client that all sessions share."""
    seconds = settings.database_timeout.total_seconds()
    timeout = httpx.Timeout(seconds, connect=CONNECT_TIMEOUT_SECONDS)
    # Cookies set in one user's answer must never travel with another's request.
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(transport=transport, timeout=timeout, cookies=no_cookies)


def _create_connections() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=MAXIMUM_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS
    )
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


async def _require_postgrest_error(request: httpx.Request, response: httpx.Response) -> None:
    content = await response.aread()
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or "code" not in body:
        raise GatewayAnswerError(response.status_code, request)
