from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from scripts.demonstration.components import SupabaseDetails
from scripts.local_supabase.migrations import MigrationError, apply_migrations, list_migrations

WriteMigration = Callable[[str, str], None]


@pytest.fixture
async def connection(supabase: SupabaseDetails) -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection as postgres to an empty database of its own."""
    name = f"migrations_{uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(
        supabase.database_url, autocommit=True
    ) as keeper:
        await keeper.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        url = supabase.database_url.removesuffix("postgres") + name
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            yield connection
        await keeper.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))


@pytest.fixture
def write(tmp_path: Path) -> WriteMigration:
    def write(name: str, text: str) -> None:
        (tmp_path / name).write_text(text)

    return write


async def test_files_are_applied_in_order_and_recorded_like_the_cli_does(
    connection: psycopg.AsyncConnection, write: WriteMigration, tmp_path: Path
) -> None:
    write("20260102000000_fill.sql", "insert into a values (1);\ninsert into a values (2);\n")
    write("20260101000000_create_a.sql", "-- first\ncreate table a (id int);")
    report = await apply_migrations(connection, tmp_path)
    assert report.applied == ["20260101000000_create_a.sql", "20260102000000_fill.sql"]
    cursor = await connection.execute(
        "select version, name, statements from supabase_migrations.schema_migrations order by 1"
    )
    assert await cursor.fetchall() == [
        ("20260101000000", "create_a", ["-- first\ncreate table a (id int)"]),
        ("20260102000000", "fill", ["insert into a values (1)", "insert into a values (2)"]),
    ]


async def test_only_missing_files_are_applied_and_changed_ones_are_named(
    connection: psycopg.AsyncConnection, write: WriteMigration, tmp_path: Path
) -> None:
    write("1_create_a.sql", "create table a (id int);")
    await apply_migrations(connection, tmp_path)
    write("1_create_a.sql", "create table a (id bigint);")
    write("2_create_b.sql", "create table b (id int);")
    report = await apply_migrations(connection, tmp_path)
    assert (report.applied, report.changed) == (["2_create_b.sql"], ["1_create_a.sql"])


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("create table b (id int);\n\nselect 1,\n  missing_column;\n", 4, "missing_column"),
        ("create table b (id int);\nselect 1;\n\nselect 1 / 0;\n", 4, "division by zero"),
        ("create table b (id int);\n\ncreate tabel c ();\n", 3, "syntax error"),
    ],
)
async def test_a_failure_names_file_line_and_statement_and_leaves_nothing(
    connection: psycopg.AsyncConnection,
    write: WriteMigration,
    tmp_path: Path,
    text: str,
    line: int,
    reason: str,
) -> None:
    write("1_create_a.sql", "create table a (id int);")
    write("2_broken.sql", text)
    with pytest.raises(MigrationError) as failure:
        await apply_migrations(connection, tmp_path)
    assert f"2_broken.sql, line {line}, statement" in str(failure.value)
    assert reason in str(failure.value)
    cursor = await connection.execute("select to_regclass('a')::text, to_regclass('b')::text")
    assert await cursor.fetchone() == ("a", None)


async def test_settings_of_one_file_do_not_reach_the_next(
    connection: psycopg.AsyncConnection, write: WriteMigration, tmp_path: Path
) -> None:
    write("1_set.sql", "set search_path = pg_catalog;")
    write("2_create.sql", "create table unqualified (id int);")
    await apply_migrations(connection, tmp_path)
    cursor = await connection.execute("select to_regclass('public.unqualified') is not null")
    assert await cursor.fetchone() == (True,)


@pytest.mark.parametrize("names", [("create_a.sql",), ("1_a.sql", "1_b.sql")])
def test_unordered_file_names_are_refused(
    write: WriteMigration, tmp_path: Path, names: tuple[str, ...]
) -> None:
    for name in names:
        write(name, "select 1;")
    with pytest.raises(MigrationError):
        list_migrations(tmp_path)
