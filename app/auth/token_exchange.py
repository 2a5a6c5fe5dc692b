"""API tokens and the access tokens that their holders get for them."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final, Self
from uuid import UUID

from app.auth.access_tokens import AccessToken, AccessTokenIssuer
from app.auth.errors import InvalidApiTokenError
from app.core.identifiers import ApiTokenId, UserId
from app.db.session import Session

PREFIX: Final = "atp_"
SECRET_BYTES: Final = 32
SHOWN_CHARACTERS: Final = 4


@dataclass(frozen=True, slots=True)
class ApiTokenSecret:
    """What the holder of an API token keeps; the database knows only its digest."""

    text: str = field(repr=False)

    @classmethod
    def create(cls) -> Self:
        """Return a new secret of 256 random bits; the prefix lets scanners of source code find it."""
        return cls(PREFIX + secrets.token_urlsafe(SECRET_BYTES))

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal: nothing slower is needed for what cannot be guessed."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def last_four(self) -> str:
        return self.text[-SHOWN_CHARACTERS:]


@dataclass(frozen=True, slots=True)
class TokenExchange:
    """Gives access tokens for the secrets of API tokens."""

    service_session: Session
    issuer: AccessTokenIssuer

    async def exchange(self, secret: ApiTokenSecret) -> AccessToken:
        """Raises `InvalidApiTokenError`, the same whatever is wrong, or `AccessTokensUnavailableError`."""
        found = await self.service_session.call(
            "use_api_token", {"digest": secret.digest}, idempotent=True
        )
        if found["api_token_id"] is None:
            raise InvalidApiTokenError
        return self.issuer.issue(
            UserId(UUID(found["user_id"])), ApiTokenId(UUID(found["api_token_id"]))
        )
