"""Every way to the network, with the same body limit."""

from collections.abc import Callable

import httpx

from app.engine.transports.certificates import read_certificate
from app.engine.transports.direct_transport import DirectTransport
from app.engine.transports.http_transport import HttpTransport
from app.engine.transports.httpx_transport import HttpxTransport
from app.engine.transports.pyreqwest_transport import PyreqwestTransport

AnyTransport = DirectTransport | HttpTransport | HttpxTransport | PyreqwestTransport

LIMIT = 1_000_000

TRANSPORTS: dict[str, Callable[[], AnyTransport]] = {
    "direct": lambda: DirectTransport(LIMIT, read_certificate),
    "http": lambda: HttpTransport(LIMIT),
    "httpx": lambda: HttpxTransport(httpx.AsyncClient(trust_env=False), LIMIT),
    "pyreqwest": lambda: PyreqwestTransport(LIMIT),
}
