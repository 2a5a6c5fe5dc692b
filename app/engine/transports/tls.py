"""Whom to trust, and how to prove who we are."""

import ssl
from tempfile import NamedTemporaryFile

from app.engine.transfer import Tls
from app.engine.transports.failures import unusable_credentials


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
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load_identity(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    """OpenSSL reads them from a file only; a key with a passphrase is refused."""
    with NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(f"{certificate}\n{key or ''}")
        file.flush()
        context.load_cert_chain(file.name, password="")
