"""The caller."""

from dataclasses import dataclass, field
from datetime import datetime

from app.core.identifiers import UserId


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user, and the token that lets us act for them until it expires."""

    user_id: UserId
    token: str = field(repr=False)
    expires_at: datetime
