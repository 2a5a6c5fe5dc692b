"""Requests and answers of the routes of live events."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from app.realtime.tickets import Ticket


class StreamTicket(BaseModel):
    """A ticket for `?ticket=`, good for a minute and for any stream that its owner may open."""

    ticket: str = Field(examples=["ticket_gAAAAABnR..."])
    expires_at: datetime

    @classmethod
    def from_ticket(cls, ticket: Ticket) -> Self:
        """Return what the owner is told."""
        return cls(ticket=ticket.text, expires_at=ticket.expires_at)
