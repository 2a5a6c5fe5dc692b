"""Reads what a target proved itself with."""

from cryptography import x509

from app.engine.transport import Certificate


def read_certificate(encoded: bytes) -> Certificate:
    """Read DER, as it came in the handshake."""
    certificate = x509.load_der_x509_certificate(encoded)
    return Certificate(
        not_after=certificate.not_valid_after_utc,
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
    )
