"""Every way to the network, with the same body limit."""

from collections.abc import Callable

import httpx

from app.engine.transports.aiohttp_transport import AiohttpTransport
from app.engine.transports.http_transport import HttpTransport
from app.engine.transports.httpx_transport import HttpxTransport
from app.engine.transports.pyreqwest_transport import PyreqwestTransport

AnyTransport = AiohttpTransport | HttpTransport | HttpxTransport | PyreqwestTransport

LIMIT = 1_000_000

TRANSPORTS: dict[str, Callable[[], AnyTransport]] = {
    "aiohttp": lambda: AiohttpTransport(LIMIT),
    "http": lambda: HttpTransport(LIMIT),
    "httpx": lambda: HttpxTransport(httpx.AsyncClient(trust_env=False), LIMIT),
    "pyreqwest": lambda: PyreqwestTransport(LIMIT),
}
