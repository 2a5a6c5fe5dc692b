"""Short-lived tickets: they open a stream where a browser can send no headers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

from app.core.clock import Clock
from app.realtime.errors import InvalidTicketError
from app.realtime.sealing import BrokenSealError, Seal

LIFETIME: Final = timedelta(seconds=60)
PREFIX: Final = "ticket_"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Lets its bearer follow what its owner may follow."""

    text: str = field(repr=False)
    expires_at: datetime


class TicketOffice:
    """
    Hands tickets out and takes them back, in any process that has the same secret.

    A ticket is the sealed access token of its owner: it opens streams and nothing else, and only
    for `LIFETIME`.
    """

    def __init__(self, secret: SecretStr, clock: Clock) -> None:
        self._seal = Seal(secret, "tickets of event streams", LIFETIME, clock)
        self._clock = clock

    def issue(self, access_token: str) -> Ticket:
        """Return a ticket of the user whose token this is."""
        return Ticket(PREFIX + self._seal.close(access_token), self._clock.now() + LIFETIME)

    def redeem(self, ticket: str) -> str:
        """Return the access token in a ticket; raises `InvalidTicketError`."""
        try:
            return self._seal.open(ticket.removeprefix(PREFIX))
        except BrokenSealError as error:
            raise InvalidTicketError from error
