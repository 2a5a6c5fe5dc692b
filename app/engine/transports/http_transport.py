"""The transport of a process: HTTP/1.1 on connections of our own, HTTP/2 over a library."""

from app.engine.transfer import MAXIMUM_BODY_BYTES
from app.engine.transport import PreparedRequest, ReceivedResponse
from app.engine.transports.certificates import read_certificate
from app.engine.transports.direct_transport import DirectTransport
from app.engine.transports.pyreqwest_transport import PyreqwestTransport


class HttpTransport:
    """Chooses by the version that a request asks for; close it."""

    def __init__(self, maximum_body_bytes: int = MAXIMUM_BODY_BYTES) -> None:
        self._http_1 = DirectTransport(maximum_body_bytes, read_certificate)
        self._http_2 = PyreqwestTransport(maximum_body_bytes)

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no complete answer arrived within `timeout` seconds."""
        is_http_2 = request.transfer.http_version == "2"
        return await (self._http_2 if is_http_2 else self._http_1).send(request, timeout)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http_1.aclose()
        await self._http_2.aclose()
