"""One pool of HTTP connections to PostgREST for the whole process."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import httpx
import orjson
import yarl
from httpx_aiohttp.transport import map_aiohttp_exceptions

from app.core.database_use import add_database_request
from app.core.logging import get_logger
from app.core.settings import Settings
from app.db.errors import GatewayAnswerError

MAXIMUM_CONNECTIONS = 20
CONNECT_TIMEOUT_SECONDS = 3.0
# Common servers close a connection that was idle for five seconds; we have to be first.
KEEP_ALIVE_SECONDS = 4.0
# PostgREST's client looks there whether rows were to be counted; ours never are.
_REQUEST: Final = httpx.Request("GET", "http://postgrest")

logger = get_logger(__name__)


class Pool(httpx.AsyncClient):
    """
    What PostgREST's client sends its requests with: straight over aiohttp.

    All that httpx does around a request for sites of any kind (addresses taken apart, cookies,
    redirects, authentication) is nothing to PostgREST and takes longer than sending it. `counts`
    are the requests by resource. Create it inside the running event loop.
    """

    def __init__(self, settings: Settings) -> None:
        # Nothing goes the usual way, which would read certificates and the proxies of the environment.
        super().__init__(transport=httpx.AsyncBaseTransport())
        self.counts: Counter[str] = Counter()
        self._connections = _create_connections(settings.database_timeout.total_seconds())

    async def request(
        self,
        method: str,
        url: httpx.URL | str,
        *,
        content: Any = None,
        params: Any = None,
        headers: Any = None,
        **_: Any,
    ) -> httpx.Response:
        """Send the request; raises `GatewayAnswerError` for an error that is not PostgREST's."""
        address = f"{url}?{params}" if params else str(url)
        with map_aiohttp_exceptions():
            status, body = await self._exchange(method, address, content, headers)
        if status >= 400:
            _require_postgrest_error(status, body)
        return httpx.Response(status, content=body, request=_REQUEST)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._connections.close()
        await super().aclose()

    async def _exchange(
        self, method: str, address: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        url = yarl.URL(address, encoded=True)
        resource = url.raw_path.partition("/rest/v1/")[2]
        self.counts[resource] += 1
        started = time.perf_counter()
        try:
            answer = await self._connections.request(
                method, url, data=content, headers=headers, allow_redirects=False
            )
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 2)
            add_database_request(milliseconds)
        logger.debug(
            "database_request",
            method=method,
            resource=resource,
            status=answer.status,
            duration_ms=milliseconds,
        )
        async with answer:
            return answer.status, await answer.read()


def _create_connections(timeout_seconds: float) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=MAXIMUM_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS
    )
    timeout = aiohttp.ClientTimeout(
        connect=timeout_seconds, sock_connect=CONNECT_TIMEOUT_SECONDS, sock_read=timeout_seconds
    )
    # Cookies set in one user's answer must never travel with another's request.
    return aiohttp.ClientSession(
        connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    )


def _require_postgrest_error(status: int, content: bytes) -> None:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or "code" not in body:
        raise GatewayAnswerError(status)
