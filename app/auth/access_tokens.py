"""Access tokens for machines: short-lived, of the kind that Supabase auth issues to users."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from pydantic import SecretStr

from app.auth.errors import AccessTokensUnavailableError
from app.auth.tokens import AUDIENCE, MACHINE_CLAIM, ROLE, SYMMETRIC_ALGORITHM
from app.core.clock import Clock
from app.core.identifiers import ApiTokenId, UserId
from app.core.settings import Settings
from app.core.signing_key import read_signing_key

LIFETIME: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A JWT for PostgREST, Realtime and us."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Signer:
    key: Any = field(repr=False)
    algorithm: str
    key_id: str | None


class AccessTokenIssuer:
    """
    Signs access tokens that act for a user with the rights of one of their API tokens.

    The key is the private one of the settings or else the secret that the project shares; both are
    the project's own, so everything that verifies a user's token verifies these.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._issuer = settings.auth_url
        self._clock = clock
        self._signer = _find_signer(settings.access_token_signing_key, settings.supabase_jwt_secret)

    def issue(self, user_id: UserId, api_token_id: ApiTokenId) -> AccessToken:
        """Return a token for `LIFETIME`; raises `AccessTokensUnavailableError` without a key."""
        if self._signer is None:
            raise AccessTokensUnavailableError
        now = self._clock.now().replace(microsecond=0)
        expires_at = now + LIFETIME
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "role": ROLE,
            "sub": str(user_id),
            "iat": now,
            "exp": expires_at,
            # No session has this id, so auth refuses the token: it must not change the user's account.
            "session_id": str(api_token_id),
            MACHINE_CLAIM: str(api_token_id),
        }
        signer = self._signer
        headers = {} if signer.key_id is None else {"kid": signer.key_id}
        token = jwt.encode(claims, signer.key, signer.algorithm, headers=headers)
        return AccessToken(token, expires_at)


def _find_signer(private_key: SecretStr | None, shared_secret: SecretStr | None) -> _Signer | None:
    if private_key is not None:
        key = read_signing_key(private_key)
        return _Signer(key.key, key.algorithm_name, key.key_id)
    if shared_secret is not None:
        return _Signer(shared_secret.get_secret_value(), SYMMETRIC_ALGORITHM, None)
    return None
