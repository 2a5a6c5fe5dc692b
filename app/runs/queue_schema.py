"""Installs and upgrades the tables of the queue library, whose SQL ships with the library."""

import re
from importlib.metadata import version
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql

SCHEMA = "procrastinate"
# Any constant will do, as long as every process of this service uses the same one.
_INSTALLATION_LOCK = 7_420_190_311
_MIGRATION_VERSION = re.compile(r"^(\d+)\.(\d+)\.(\d+)_")

Version = tuple[int, ...]


async def install(database_url: str) -> None:
    """
    Create the schema of the queue, or bring it to the installed library's version.

    Safe when several processes start at once: one works, the others wait.
    Raises `psycopg.OperationalError` when the database is not reachable.
    """
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("select pg_advisory_xact_lock(%s)", [_INSTALLATION_LOCK])
        installed = await _find_installed_version(connection)
        wanted = parse_version(version("procrastinate"))
        # A newer schema was made by a newer process; the library keeps it usable for older ones.
        if installed is not None and installed >= wanted:
            return
        if installed is None:
            await connection.execute("create schema if not exists procrastinate")
        await connection.execute("set local search_path = procrastinate")
        for script in _scripts_since(installed):
            await connection.execute(script)
        await _record_version(connection, wanted)


async def _find_installed_version(connection: psycopg.AsyncConnection) -> Version | None:
    cursor = await connection.execute(
        "select obj_description(to_regclass('procrastinate.procrastinate_jobs'), 'pg_class')"
    )
    row = await cursor.fetchone()
    return parse_version(row[0]) if row and row[0] else None


async def _record_version(connection: psycopg.AsyncConnection, installed: Version) -> None:
    text = ".".join(map(str, installed))
    statement = sql.SQL("comment on table procrastinate.procrastinate_jobs is {}")
    await connection.execute(statement.format(sql.Literal(text)))


def parse_version(text: str) -> Version:
    """`3.10.0` -> (3, 10, 0)."""
    return tuple(int(part) for part in text.split(".")[:3])


def _scripts_since(installed: Version | None) -> list[LiteralString]:
    if installed is None:
        return [SchemaManager.get_schema()]
    folder = Path(SchemaManager.get_migrations_path())
    newer = [path for path in sorted(folder.glob("*.sql")) if _migration_version(path) > installed]
    return [cast("LiteralString", path.read_text(encoding="utf-8")) for path in newer]


def _migration_version(path: Path) -> Version:
    match = _MIGRATION_VERSION.match(path.name)
    return tuple(map(int, match.groups())) if match else (0,)
