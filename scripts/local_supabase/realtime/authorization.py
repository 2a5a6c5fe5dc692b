"""Who may hear and speak on a private channel: row level security on realtime.messages decides."""

import json
import logging
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from scripts.local_supabase.keys import InvalidTokenError, KeyRing

logger = logging.getLogger(__name__)

# set_config('role', ...) runs on an administrator's connection: no other role may ever get there.
ROLES = frozenset({"anon", "authenticated", "service_role"})

INSERT_PROBES = """
insert into realtime.messages (topic, extension)
values (%(topic)s, 'broadcast'), (%(topic)s, 'presence')
returning id
"""

BECOME_CLIENT = """
select
  set_config('role', %(role)s, true),
  set_config('realtime.topic', %(topic)s, true),
  set_config('request.jwt.claims', %(claims)s, true),
  set_config('request.jwt.claim.sub', %(subject)s, true),
  set_config('request.jwt.claim.role', %(role)s, true),
  set_config('request.headers', '{}', true)
"""

LIST_VISIBLE_PROBES = "select extension from realtime.messages where id = any(%s)"

INSERT_AS_CLIENT = "insert into realtime.messages (topic, extension) values (%s, %s)"

Connection = AsyncConnection[tuple[Any, ...]]
Pool = AsyncConnectionPool[Connection]


class DatabaseUnavailableError(Exception):
    """Postgres cannot be asked right now."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who stands behind a verified token; `expires_at` is an epoch time in seconds."""

    token: str
    role: str
    claims: dict[str, Any]
    expires_at: float


@dataclass(frozen=True, slots=True)
class Permissions:
    """What one identity may do on one topic, by extension."""

    broadcast: bool
    presence: bool

    @property
    def any(self) -> bool:
        """Tell whether at least one extension is allowed."""
        return self.broadcast or self.presence


EVERYTHING = Permissions(broadcast=True, presence=True)


class Authorizer:
    """Verifies tokens and asks the database, in transactions that are always rolled back."""

    def __init__(self, keys: KeyRing, pool: Pool) -> None:
        self._keys = keys
        self._pool = pool

    def identify(self, token: str) -> Identity:
        """Return who the token names; raise InvalidTokenError."""
        claims = self._keys.verify(token)
        role, expires_at = claims.get("role"), claims.get("exp")
        if role not in ROLES or not isinstance(expires_at, int | float):
            raise InvalidTokenError("Fields `role` and `exp` are required in JWT")
        return Identity(token, role, claims, float(expires_at))

    async def get_read_permissions(self, identity: Identity, topic: str) -> Permissions:
        """Return what the identity may hear; raise DatabaseUnavailableError."""
        try:
            async with self._pool.connection() as connection:
                visible = await _list_visible_extensions(connection, identity, topic)
        except psycopg.OperationalError as error:
            raise DatabaseUnavailableError(str(error)) from error
        except psycopg.Error as error:
            logger.warning("A policy on realtime.messages failed for %s: %s", topic, error)
            visible = set[str]()
        return Permissions("broadcast" in visible, "presence" in visible)

    async def is_write_allowed(self, identity: Identity, topic: str, extension: str) -> bool:
        """Tell whether the identity may send; raise DatabaseUnavailableError."""
        try:
            async with (
                self._pool.connection() as connection,
                connection.transaction(force_rollback=True),
            ):
                await _become_client(connection, identity, topic)
                await connection.execute(INSERT_AS_CLIENT, (topic, extension))
        except psycopg.OperationalError as error:
            raise DatabaseUnavailableError(str(error)) from error
        except psycopg.Error as error:
            logger.info("Sending %s to %s is refused: %s", extension, topic, error)
            return False
        return True


async def _list_visible_extensions(
    connection: Connection, identity: Identity, topic: str
) -> set[str]:
    async with connection.transaction(force_rollback=True):
        probes = await connection.execute(INSERT_PROBES, {"topic": topic})
        ids = [row[0] async for row in probes]
        await _become_client(connection, identity, topic)
        visible = await connection.execute(LIST_VISIBLE_PROBES, (ids,))
        return {row[0] async for row in visible}


async def _become_client(connection: Connection, identity: Identity, topic: str) -> None:
    await connection.execute(
        BECOME_CLIENT,
        {
            "role": identity.role,
            "topic": topic,
            "claims": json.dumps(identity.claims),
            "subject": str(identity.claims.get("sub", "")),
        },
    )
