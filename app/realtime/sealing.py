"""Texts that only processes with the same secret can read and write."""

import base64
from datetime import timedelta
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from app.core.clock import Clock

KEY_BYTES: Final = 32


class BrokenSealError(ValueError):
    """The text was not sealed by us, not for this purpose, or too long ago."""


class Seal:
    """Encrypts and authenticates texts together with the time, with a key of its own per purpose."""

    def __init__(self, secret: SecretStr, purpose: str, lifetime: timedelta, clock: Clock) -> None:
        derivation = HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode())
        key = derivation.derive(secret.get_secret_value().encode())
        self._cipher = Fernet(base64.urlsafe_b64encode(key))
        self._lifetime = lifetime
        self._clock = clock

    def close(self, text: str) -> str:
        """Return the sealed text, made of letters, digits, `-` and `_`."""
        sealed = self._cipher.encrypt_at_time(text.encode(), self._now())
        return sealed.decode().rstrip("=")

    def open(self, sealed: str) -> str:
        """Return what was sealed; raises `BrokenSealError`."""
        padded = sealed + "=" * (-len(sealed) % 4)
        seconds = int(self._lifetime.total_seconds())
        try:
            return self._cipher.decrypt_at_time(padded, seconds, self._now()).decode()
        except (InvalidToken, ValueError) as error:
            raise BrokenSealError from error

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
