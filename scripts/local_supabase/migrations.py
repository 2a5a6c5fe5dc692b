"""Applies the SQL files of a directory once each, recorded the way the Supabase CLI records them."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast

import psycopg

from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.sql_statements import Statement, split_statements

FILE_NAME = re.compile(r"(\d+)_(.+)\.sql")

CREATE_RECORD = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
    version text primary key, statements text[], name text
)
"""
INSERT_RECORD = """
insert into supabase_migrations.schema_migrations (version, statements, name) values (%s, %s, %s)
"""


class MigrationError(LocalSupabaseError):
    """A migration failed; the message names the file, the line and the statement."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file `<version>_<name>.sql`."""

    version: str
    name: str
    path: Path

    def read_statements(self) -> list[Statement]:
        return list(split_statements(self.path.read_text()))


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What was applied now, and which applied files differ from what was applied then."""

    applied: list[str]
    changed: list[str]


async def apply_migrations(connection: psycopg.AsyncConnection, directory: Path) -> MigrationReport:
    """Apply the missing files in order, each in one transaction; raise MigrationError."""
    # "discard all" after each file drops prepared statements that psycopg would count on.
    connection.prepare_threshold = None
    recorded = await _read_records(connection)
    migrations = list_migrations(directory)
    missing = [migration for migration in migrations if migration.version not in recorded]
    for migration in missing:
        await _apply(connection, migration)
    return MigrationReport(
        applied=[migration.path.name for migration in missing],
        changed=[
            migration.path.name
            for migration in migrations
            if migration.version in recorded and _differs(migration, recorded[migration.version])
        ],
    )


def list_migrations(directory: Path) -> list[Migration]:
    """Return the migrations by version; raise MigrationError when two share one."""
    migrations = sorted(_iter_migrations(directory), key=lambda migration: migration.version)
    for first, second in itertools.pairwise(migrations):
        if first.version == second.version:
            raise MigrationError(f"{first.path.name} and {second.path.name} have the same version")
    return migrations


def _iter_migrations(directory: Path) -> Iterator[Migration]:
    for path in directory.glob("*.sql"):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise MigrationError(f"{path.name} is not named <version>_<name>.sql")
        yield Migration(match[1], match[2], path)


async def _read_records(connection: psycopg.AsyncConnection) -> dict[str, list[str]]:
    async with connection.transaction():
        await connection.execute("set local client_min_messages = warning")
        await connection.execute(CREATE_RECORD)
        cursor = await connection.execute(
            "select version, coalesce(statements, '{}') from supabase_migrations.schema_migrations"
        )
        return dict(await cursor.fetchall())


def _differs(migration: Migration, recorded: list[str]) -> bool:
    return [statement.text for statement in migration.read_statements()] != recorded


async def _apply(connection: psycopg.AsyncConnection, migration: Migration) -> None:
    statements = migration.read_statements()
    async with connection.transaction():
        for number, statement in enumerate(statements, start=1):
            try:
                await connection.execute(cast("LiteralString", statement.text))
            except psycopg.Error as error:
                raise MigrationError(_describe(migration, number, statement, error)) from error
        texts = [statement.text for statement in statements]
        await connection.execute(INSERT_RECORD, (migration.version, texts, migration.name))
    # Settings that a migration made for its session end with it.
    await connection.execute("discard all")


def _describe(migration: Migration, number: int, statement: Statement, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    line = statement.line
    if position is not None:
        line += statement.text.count("\n", 0, int(position) - 1)
    parts = [
        f"{migration.path.name}, line {line}, statement {number}: {error.diag.message_primary or error}",
        f"SQLSTATE {error.sqlstate}" if error.sqlstate else "",
        error.diag.message_detail or "",
        error.diag.message_hint or "",
        error.diag.context or "",
        f"in: {_summarize(statement.text)}",
    ]
    return "\n  ".join(part for part in parts if part)


def _summarize(text: str) -> str:
    lines = text.splitlines()
    return "\n      ".join(lines[:5]) + ("\n      ..." if len(lines) > 5 else "")
