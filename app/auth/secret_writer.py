"""How a secret gets from the person who sets it into the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.identifiers import UserId
from app.db.session import Session


@dataclass(frozen=True, slots=True)
class SecretWriter:
    """Who sets a secret, and what it takes to store it."""

    service_session: Session
    encryption_key: str = field(repr=False)
    user_id: UserId
    previous_encryption_key: str | None = field(default=None, repr=False)

    async def call(self, function: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """
        Call a function that encrypts and stores what the request holds; return what may be shown.

        Raises `SecretRejectedError`, or `NotFoundError` and `ForbiddenError` for that person.
        """
        return await self.service_session.call(
            function,
            {
                **request,
                "encryption_key": self.encryption_key,
                "previous_encryption_key": self.previous_encryption_key,
                "acting_user_id": str(self.user_id),
            },
            idempotent=True,
        )
