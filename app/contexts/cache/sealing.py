"""Encrypts what leaves the process for a cache that others can read."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

NONCE_BYTES = 12


class Seal:
    """AES-256-GCM with a key derived from the one of the service; `label` says what is sealed."""

    def __init__(self, encryption_key: SecretStr, purpose: bytes) -> None:
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose)
        self._cipher = AESGCM(derivation.derive(encryption_key.get_secret_value().encode()))

    def close(self, content: bytes, label: bytes) -> bytes:
        """Encrypt; only the same label opens it again."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, label)

    def open(self, sealed: bytes, label: bytes) -> bytes | None:
        """Decrypt; None for what another key or label has sealed, or somebody has changed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label)
        except (InvalidTag, ValueError):
            return None
