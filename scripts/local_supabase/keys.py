"""The keys of one installation: what clients send, and what stands behind it."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt

ALGORITHM = "HS256"
LEGACY_KEY_LIFETIME = timedelta(days=3650)
ROLES = ("anon", "authenticated", "service_role")


class InvalidTokenError(Exception):
    """A token that is not signed by this installation, is expired, or lacks a claim."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Maps API keys to the JWT of their role and verifies tokens of users."""

    publishable_key: str
    secret_key: str
    jwt_secret: str
    anon_jwt: str
    service_role_jwt: str
    issuer: str

    def resolve_api_key(self, value: str) -> str | None:
        """Return the role's JWT for an opaque key or a legacy JWT key; None when it is neither."""
        if secrets.compare_digest(value.encode(), self.publishable_key.encode()):
            return self.anon_jwt
        if secrets.compare_digest(value.encode(), self.secret_key.encode()):
            return self.service_role_jwt
        try:
            claims = self.verify(value)
        except InvalidTokenError:
            return None
        return value if claims["role"] in ("anon", "service_role") else None

    def verify(self, token: str) -> dict[str, Any]:
        """Return the claims of a JWT; raise InvalidTokenError unless it is genuine, current and complete."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.jwt_secret,
                algorithms=[ALGORITHM],
                options={"require": ["exp", "role"], "verify_aud": False},
            )
        except jwt.InvalidTokenError as error:
            raise InvalidTokenError(str(error)) from error
        if claims["role"] not in ROLES:
            raise InvalidTokenError(f"Unknown role {claims['role']!r}")
        return claims


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything secret about one installation."""

    keys: KeyRing
    database_password: str


def load_or_create_credentials(
    path: Path, supabase_url: str, database_password: str | None = None
) -> Credentials:
    """
    Read `path`, which only its owner can read; make it at the first start.

    `database_password` is the one that the database has already, if it does.
    """
    if not path.exists():
        new_password = database_password or secrets.token_urlsafe(24)
        write_private(path, json.dumps(_generate_credentials(new_password), indent=2))
    stored: dict[str, str] = json.loads(path.read_text())
    stored_password = stored.pop("database_password")
    return Credentials(KeyRing(**stored, issuer=f"{supabase_url}/auth/v1"), stored_password)


def _generate_credentials(database_password: str) -> dict[str, str]:
    jwt_secret = secrets.token_urlsafe(48)
    return {
        "database_password": database_password,
        "publishable_key": f"sb_publishable_{secrets.token_urlsafe(24)}",
        "secret_key": f"sb_secret_{secrets.token_urlsafe(24)}",
        "jwt_secret": jwt_secret,
        "anon_jwt": _sign_legacy_key("anon", jwt_secret),
        "service_role_jwt": _sign_legacy_key("service_role", jwt_secret),
    }


def _sign_legacy_key(role: str, jwt_secret: str) -> str:
    issued_at = datetime.now(UTC)
    claims = {
        "iss": "local-supabase",
        "role": role,
        "iat": issued_at,
        "exp": issued_at + LEGACY_KEY_LIFETIME,
    }
    return jwt.encode(claims, jwt_secret, algorithm=ALGORITHM)


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content)
    partial.replace(path)
