"""Turns an empty database into one that looks like a hosted project's."""

import hashlib
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from psycopg import sql

from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.layout import PACKAGE

SQL_DIRECTORY = PACKAGE / "sql"
FILES = ("roles", "schemas", "extensions", "auth_functions", "realtime", "vault", "schema_reload")
AFTER_AUTH = "after_auth"
INTERNAL_ROLES = ("authenticator", "supabase_auth_admin", "supabase_storage_admin")
# The role of migrations and of the service; its password is its name, as `supabase start` has it.
DEVELOPER_ROLE = "postgres"


class OutdatedDatabaseError(LocalSupabaseError):
    """The database was made by another version of these files."""


async def bootstrap(connection: psycopg.AsyncConnection, password: str) -> None:
    """
    Run the files in one transaction, once; `connection` is the superuser's.

    Raises OutdatedDatabaseError when the database was made from other files.
    """
    fingerprint = _compute_fingerprint()
    recorded = await _find_fingerprint(connection)
    if recorded == fingerprint:
        return
    if recorded is not None:
        raise OutdatedDatabaseError(
            "The local database was made by another version of scripts/local_supabase/sql. "
            "Remove it with scripts/down --delete-data"
        )
    async with connection.transaction():
        await connection.execute("set local client_min_messages = warning")
        for name in FILES:
            await _run_file(connection, name)
        for role in INTERNAL_ROLES:
            await _set_password(connection, role, password)
        await _set_password(connection, DEVELOPER_ROLE, DEVELOPER_ROLE)
        await connection.execute(
            sql.SQL("comment on database postgres is {}").format(sql.Literal(fingerprint))
        )


async def complete_auth(connection: psycopg.AsyncConnection) -> None:
    """Run what needs the tables that the auth service makes."""
    async with connection.transaction():
        await _run_file(connection, AFTER_AUTH)


async def has_auth_tables(connection: psycopg.AsyncConnection) -> bool:
    """Whether `complete_auth` ran in this database before."""
    cursor = await connection.execute(
        "select relrowsecurity from pg_class where oid = to_regclass('auth.users')"
    )
    return await cursor.fetchone() == (True,)


async def _run_file(connection: psycopg.AsyncConnection, name: str) -> None:
    text = _file(name).read_text()
    await connection.execute(cast("LiteralString", text))


async def _set_password(connection: psycopg.AsyncConnection, role: str, password: str) -> None:
    statement = sql.SQL("alter role {} password {}")
    await connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))


async def _find_fingerprint(connection: psycopg.AsyncConnection) -> str | None:
    cursor = await connection.execute(
        "select shobj_description(oid, 'pg_database') from pg_database"
        " where datname = current_database() and datdba <> 10"
    )
    row = await cursor.fetchone()
    return row[0] if row else None


def list_files() -> list[Path]:
    """Return every file that makes the database what it is before the migrations."""
    return [_file(name) for name in (*FILES, AFTER_AUTH)]


def _compute_fingerprint() -> str:
    digest = hashlib.sha256()
    for path in list_files():
        digest.update(path.read_bytes())
    return f"local supabase {digest.hexdigest()[:16]}"


def _file(name: str) -> Path:
    return SQL_DIRECTORY / f"{name}.sql"
