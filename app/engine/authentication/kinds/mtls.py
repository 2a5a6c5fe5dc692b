"""Proof by the client certificate that the TLS settings of the test name."""

from dataclasses import dataclass
from typing import ClassVar, Self

from app.engine.authentication.authentication import Authentication
from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.errors import InvalidRequestError
from app.engine.transport import PreparedRequest, ReceivedResponse


@dataclass(frozen=True, slots=True)
class Kind(Authentication):
    """The request stays as it is; the connection proves who sends it."""

    settings: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def build(cls, _settings: Settings) -> Self:
        """There is nothing to read: the certificate belongs to `transfer.tls`."""
        return cls()

    async def send(self, request: PreparedRequest, line: Line) -> ReceivedResponse:
        """Send over a connection that has the certificate."""
        tls = request.transfer.tls
        if not (tls.certificate and tls.key):
            raise InvalidRequestError(
                "authentication of type 'mtls' needs a certificate and its key",
                "transfer.tls",
                "Set certificate and key (PEM) in transfer.tls.",
            )
        if not request.url.startswith("https://"):
            raise InvalidRequestError(
                "a client certificate can only be shown to an https address",
                "base_url",
                "Use the https address of the target.",
            )
        return await line.send(request)
