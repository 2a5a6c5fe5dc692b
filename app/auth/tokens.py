"""Verification of access tokens without asking anyone."""

import hashlib
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt

from app.auth.principal import Principal
from app.auth.signing_keys import SigningKeys
from app.core.clock import Clock
from app.core.errors import InvalidTokenError, TokenExpiredError
from app.core.identifiers import ApiTokenId, UserId
from app.core.settings import Settings

AUDIENCE: Final = "authenticated"
ROLE: Final = "authenticated"
LEEWAY: Final = timedelta(seconds=10)
LONGEST_TOKEN: Final = 16_384
REMEMBERED_TOKENS: Final = 2_048
REMEMBERED_FOR: Final = timedelta(seconds=60)
MACHINE_CLAIM: Final = "api_token"
SYMMETRIC_ALGORITHM: Final = "HS256"
PUBLIC_KEY_ALGORITHMS: Final = frozenset({"ES256", "RS256", "EdDSA"})
_REQUIRED_CLAIMS: Final = ["exp", "sub", "role", "iss", "aud"]


class TokenVerifier:
    """
    Accepts the access tokens of one Supabase project.

    The token's header only chooses among keys that each belong to one algorithm: public keys to
    their own, the shared secret (when one is configured) to HS256.
    """

    def __init__(self, settings: Settings, keys: SigningKeys, clock: Clock) -> None:
        self._issuer = settings.auth_url
        self._secret = settings.supabase_jwt_secret
        self._keys = keys
        self._clock = clock
        self._remembered = _RememberedTokens(clock)

    async def verify(self, token: str) -> Principal:
        """Return the caller; raises `TokenExpiredError`, `InvalidTokenError` or, without keys, 503."""
        if len(token) > LONGEST_TOKEN:
            raise InvalidTokenError
        if remembered := self._remembered.find(token):
            return remembered
        key, algorithm = await self._find_key(token)
        claims = self._decode(token, key, algorithm)
        principal = _principal_of(token, claims)
        self._remembered.add(principal)
        return principal

    async def _find_key(self, token: str) -> tuple[Any, str]:
        header = _read_header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm == SYMMETRIC_ALGORITHM and self._secret is not None:
            return self._secret.get_secret_value(), SYMMETRIC_ALGORITHM
        if isinstance(key_id, str):
            key = await self._find_public_key(algorithm, key_id)
            if key is not None:
                return key.key, key.algorithm_name
        raise InvalidTokenError

    async def _find_public_key(self, algorithm: object, key_id: str) -> jwt.PyJWK | None:
        # Whoever calls wrote the header: what it says may be of any type.
        if not isinstance(algorithm, str) or algorithm not in PUBLIC_KEY_ALGORITHMS:
            return None
        key = await self._keys.find(key_id)
        return key if key is not None and key.algorithm_name == algorithm else None

    def _decode(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=AUDIENCE,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": _REQUIRED_CLAIMS},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenExpiredError from error
        except jwt.PyJWTError as error:
            raise InvalidTokenError from error


class _RememberedTokens:
    """Verified callers by the digest of their token: bounded, short-lived, never past expiry."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[bytes, tuple[Principal, float]] = OrderedDict()

    def find(self, token: str) -> Principal | None:
        digest = _digest(token)
        entry = self._entries.get(digest)
        if entry is None:
            return None
        if self._clock.now().timestamp() >= entry[1]:
            del self._entries[digest]
            return None
        self._entries.move_to_end(digest)
        return entry[0]

    def add(self, principal: Principal) -> None:
        soon = self._clock.now().timestamp() + REMEMBERED_FOR.total_seconds()
        until = min(soon, principal.expires_at.timestamp())
        self._entries[_digest(principal.token)] = (principal, until)
        while len(self._entries) > REMEMBERED_TOKENS:
            self._entries.popitem(last=False)


def _read_header(token: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError) as error:
        raise InvalidTokenError from error


def _principal_of(token: str, claims: dict[str, Any]) -> Principal:
    if claims["role"] != ROLE:
        raise InvalidTokenError
    try:
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        user_id = UserId(UUID(claims["sub"]))
        return Principal(user_id, token, expires_at, _read_api_token_id(claims))
    except (ValueError, OverflowError) as error:
        raise InvalidTokenError from error


def _read_api_token_id(claims: dict[str, Any]) -> ApiTokenId | None:
    """Return whose rights the token has, if not its user's; raises `ValueError`."""
    if MACHINE_CLAIM not in claims:
        return None
    return ApiTokenId(UUID(str(claims[MACHINE_CLAIM])))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
