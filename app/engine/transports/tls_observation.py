"""TLS settings for Python's own connections, and what can be seen of their handshakes."""

import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass
from tempfile import NamedTemporaryFile

from cryptography import x509

from app.engine.transfer import Tls
from app.engine.transport import Certificate
from app.engine.transports.failures import unusable_credentials


@dataclass(slots=True)
class Handshake:
    """What one exchange saw of a handshake made for it; nothing on a connection used again."""

    started_at: float | None = None
    ended_at: float | None = None
    certificate: Certificate | None = None

    def get_seconds(self) -> float | None:
        """How long it took; None when there was none."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.started_at


# Set by whoever sends, so that a handshake made for an exchange tells its times to this one.
current_handshake: ContextVar[Handshake | None] = ContextVar("current_handshake", default=None)


class _ObservedConnection(ssl.SSLObject):
    """Tells the exchange that it is made for when its handshake began and ended."""

    _handshake: Handshake | None = None

    def do_handshake(self) -> None:
        if self._handshake is None:
            self._handshake = current_handshake.get() or Handshake()
            self._handshake.started_at = time.perf_counter()
        super().do_handshake()
        self._handshake.ended_at = time.perf_counter()
        self._handshake.certificate = _read_certificate(self.getpeercert(binary_form=True))


def _read_certificate(encoded: bytes | None) -> Certificate | None:
    if not encoded:
        return None
    certificate = x509.load_der_x509_certificate(encoded)
    return Certificate(
        not_after=certificate.not_valid_after_utc,
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
    )


def create_tls_context(tls: Tls) -> ssl.SSLContext:
    """Raise TransportError when the certificates or the key cannot be read."""
    try:
        context = ssl.create_default_context()
        if tls.ca is not None:
            context.load_verify_locations(cadata=tls.ca)
        if tls.certificate is not None:
            _load_identity(context, tls.certificate, tls.key)
    except (OSError, ValueError) as error:
        raise unusable_credentials(str(error)) from error
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = _ObservedConnection
    return context


def _load_identity(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    """OpenSSL reads them from a file only; a passphrase is refused, never asked for."""
    with NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(f"{certificate}\n{key or ''}")
        file.flush()
        context.load_cert_chain(file.name, password=lambda: "")
