"""Short-lived tickets: they open a stream where a browser can send no headers."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from app.core.clock import Clock
from app.realtime.errors import InvalidTicketError

LIFETIME: Final = timedelta(seconds=60)
PREFIX: Final = "ticket_"
_PURPOSE: Final = b"ticket of an event stream"
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Ticket:
    """Lets its bearer follow what its owner may follow."""

    text: str = field(repr=False)
    expires_at: datetime


class TicketOffice:
    """
    Hands tickets out and takes them back, in any process that has the same secret.

    A ticket is the access token of its owner, encrypted and authenticated together with the time
    with a key made for nothing else: it opens streams, and only for `LIFETIME`.
    """

    def __init__(self, secret: SecretStr, clock: Clock) -> None:
        derivation = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE)
        key = derivation.derive(secret.get_secret_value().encode())
        self._cipher = Fernet(base64.urlsafe_b64encode(key))
        self._clock = clock

    def issue(self, access_token: str) -> Ticket:
        """Return a ticket of the user whose token this is."""
        now = self._clock.now()
        sealed = self._cipher.encrypt_at_time(access_token.encode(), int(now.timestamp()))
        return Ticket(PREFIX + sealed.decode().rstrip("="), now + LIFETIME)

    def redeem(self, ticket: str) -> str:
        """Return the access token in a ticket; raises `InvalidTicketError`."""
        sealed = ticket.removeprefix(PREFIX)
        padded = sealed + "=" * (-len(sealed) % 4)
        seconds = int(LIFETIME.total_seconds())
        now = int(self._clock.now().timestamp())
        try:
            return self._cipher.decrypt_at_time(padded, seconds, now).decode()
        except (InvalidToken, ValueError) as error:
            raise InvalidTicketError from error
