"""
A database that holds data of an earlier release keeps it.

releases/<version>.sql is what a database held whose newest migration was <version>. A release adds one file.
"""

from pathlib import Path

import pytest
from psycopg import sql

from scripts.demonstration.components import SupabaseDetails
from tests.database.callers import Json
from tests.database.plain import MIGRATIONS, Connection, apply_files, create_plain_database

SNAPSHOTS = sorted(Path("tests/database/releases").glob("*.sql"))
LIST_TABLES = """
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
"""
LIST_LOST = sql.SQL("""
    select old.content from unnest(%s::jsonb[]) as old (content)
    where not exists (select from {table} as row where to_jsonb(row) @> old.content)
""")


async def read_everything(connection: Connection) -> dict[str, list[Json]]:
    """Return the rows of every table, tables without rows left out."""
    tables = await (await connection.execute(LIST_TABLES)).fetchall()
    contents = dict[str, list[Json]]()
    for table in tables:
        query = sql.SQL("select to_jsonb(row)::text as content from {} as row").format(
            sql.Identifier("public", table["name"])
        )
        rows = await (await connection.execute(query)).fetchall()
        contents[table["name"]] = [row["content"] for row in rows]
    return {name: rows for name, rows in contents.items() if rows}


async def list_lost(connection: Connection, table: str, rows: list[Json]) -> list[Json]:
    """Return the rows that are gone or hold another value; new columns are welcome."""
    query = LIST_LOST.format(table=sql.Identifier("public", table))
    return [row["content"] for row in await (await connection.execute(query, [rows])).fetchall()]


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda path: path.stem)
async def test_an_upgrade_keeps_the_data(snapshot: Path, supabase: SupabaseDetails) -> None:
    earlier = [path for path in MIGRATIONS if path.name.partition("_")[0] <= snapshot.stem]
    later = MIGRATIONS[len(earlier) :]
    assert earlier[-1].name.startswith(snapshot.stem)
    async with create_plain_database(supabase.database_url) as connection:
        await apply_files(connection, [*earlier, snapshot])
        contents = await read_everything(connection)
        assert len(contents) > 10
        await apply_files(connection, later)
        for table, rows in contents.items():
            assert await list_lost(connection, table, rows) == []


async def test_a_lost_value_would_be_noticed(supabase: SupabaseDetails) -> None:
    async with create_plain_database(supabase.database_url) as connection:
        await connection.execute("create table public.kept (id integer, name text)")
        await connection.execute("insert into public.kept values (1, 'one'), (2, 'two')")
        contents = await read_everything(connection)
        await connection.execute("alter table public.kept add column added integer default 7")
        assert await list_lost(connection, "kept", contents["kept"]) == []
        await connection.execute("update public.kept set name = 'three' where id = 2")
        assert await list_lost(connection, "kept", contents["kept"]) == [{"id": 2, "name": "two"}]
