"""The caller."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.core.identifiers import ApiTokenId, UserId


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user, or a machine with an API token of theirs; `token` acts for them until it expires."""

    user_id: UserId
    token: str = field(repr=False)
    expires_at: datetime
    api_token_id: ApiTokenId | None = None

    @property
    def rights(self) -> UUID:
        """Whose rights these are: a machine has others than the user, and others than the next one."""
        return self.api_token_id or self.user_id
