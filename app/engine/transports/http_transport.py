"""The transport of a process: chooses for every request what serves it best."""

from app.engine.transfer import MAXIMUM_BODY_BYTES
from app.engine.transport import PreparedRequest, ReceivedResponse
from app.engine.transports.aiohttp_transport import AiohttpTransport
from app.engine.transports.pyreqwest_transport import PyreqwestTransport


class HttpTransport:
    """
    Sends over aiohttp, and over pyreqwest what is to be sent as HTTP/2; close it.

    Such a request gets no certificate and no more than two timing phases.
    """

    def __init__(self, maximum_body_bytes: int = MAXIMUM_BODY_BYTES) -> None:
        self._usual = AiohttpTransport(maximum_body_bytes)
        self._http_2 = PyreqwestTransport(maximum_body_bytes)

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no complete answer arrived within `timeout` seconds."""
        is_http_2 = request.transfer.http_version == "2"
        return await (self._http_2 if is_http_2 else self._usual).send(request, timeout)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._usual.aclose()
        await self._http_2.aclose()
