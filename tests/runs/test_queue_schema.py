"""The library's tables, installed and upgraded by the service."""

import asyncio
from collections.abc import AsyncGenerator
from importlib.metadata import version
from pathlib import Path
from typing import LiteralString, cast
from uuid import uuid4

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from psycopg import sql

from app.runs import queue_schema
from scripts.demonstration.components import SupabaseDetails
from tests.fixtures.database import Connect

DESCRIBE = "select obj_description('procrastinate.procrastinate_jobs'::regclass)"
# The newest migration of the library adds it.
NEW_FUNCTION = "select to_regproc('procrastinate.procrastinate_retry_job_v2') is not null"


@pytest.fixture
async def empty_database(supabase: SupabaseDetails, database: Connect) -> AsyncGenerator[str]:
    """The URL of a database of its own."""
    name = f"queue_{uuid4().hex}"
    connection = await database()
    await connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield supabase.database_url.rpartition("/")[0] + f"/{name}"
    await connection.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))


def read_old_scripts() -> list[LiteralString]:
    folder = Path(SchemaManager.get_migrations_path())
    versions = {path: path.name.replace("_", ".") for path in sorted(folder.glob("*.sql"))}
    old = [path for path, name in versions.items() if queue_schema.parse_version(name) <= (3, 3, 0)]
    return [cast("LiteralString", path.read_text()) for path in old]


async def install_old_version(database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("create schema procrastinate")
        await connection.execute("set local search_path = procrastinate")
        for script in read_old_scripts():
            await connection.execute(script)
        comment = "comment on table procrastinate.procrastinate_jobs is '3.3.0'"
        await connection.execute(comment)


async def fetch_value(database_url: str, query: LiteralString) -> object:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        row = await (await connection.execute(query)).fetchone()
        assert row is not None
        return row[0]


async def test_several_processes_may_install_at_once(empty_database: str) -> None:
    await asyncio.gather(*(queue_schema.install(empty_database) for _ in range(4)))
    assert await fetch_value(empty_database, DESCRIBE) == version("procrastinate")


async def test_an_older_schema_is_upgraded(empty_database: str) -> None:
    await install_old_version(empty_database)
    assert await fetch_value(empty_database, NEW_FUNCTION) is False
    await queue_schema.install(empty_database)
    assert await fetch_value(empty_database, NEW_FUNCTION) is True
    assert await fetch_value(empty_database, DESCRIBE) == version("procrastinate")


async def test_a_newer_schema_is_left_alone(empty_database: str) -> None:
    await queue_schema.install(empty_database)
    async with await psycopg.AsyncConnection.connect(empty_database) as connection:
        await connection.execute("comment on table procrastinate.procrastinate_jobs is '999.0.0'")
    await queue_schema.install(empty_database)
    assert await fetch_value(empty_database, DESCRIBE) == "999.0.0"


def test_versions_are_compared_as_numbers() -> None:
    assert queue_schema.parse_version("3.10.0") > queue_schema.parse_version("3.9.2")
