"""The caller."""

from dataclasses import dataclass, field

from app.core.identifiers import UserId


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user, and the token that lets us act for them."""

    user_id: UserId
    token: str = field(repr=False)
