"""Databases of a test's own on the server of the local Supabase: only what the migrations make."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from psycopg import AsyncConnection, conninfo, sql
from psycopg.rows import DictRow, dict_row

Connection = AsyncConnection[DictRow]

MIGRATIONS = sorted(Path("supabase/migrations").glob("*.sql"))

# What every Supabase has before the first migration, as far as the migrations use it.
AUTH = """
create schema extensions;
create schema auth;
grant usage on schema public, auth, extensions to authenticated, service_role;
create table auth.users (
  id uuid primary key, email text, email_confirmed_at timestamptz, raw_user_meta_data jsonb
);
create function auth.jwt() returns jsonb language sql stable
as $$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;
create function auth.uid() returns uuid language sql stable as $$ select (auth.jwt() ->> 'sub')::uuid $$;
create function auth.role() returns text language sql stable as $$ select current_user::text $$;
"""


@asynccontextmanager
async def create_plain_database(server_url: str) -> AsyncGenerator[Connection]:
    """Make an empty database, connect to it, and drop it at the end."""
    name = f"plain_{uuid4().hex}"
    async with await AsyncConnection.connect(server_url, autocommit=True) as server:
        await server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            url = conninfo.make_conninfo(server_url, dbname=name)
            async with await Connection.connect(
                url, autocommit=True, prepare_threshold=None, row_factory=dict_row
            ) as connection:
                await connection.execute(AUTH)
                yield connection
        finally:
            await server.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )


async def apply_files(connection: Connection, files: Iterable[Path] = MIGRATIONS) -> None:
    """Apply the files in order, each in one transaction."""
    for file in files:
        async with connection.transaction():
            await connection.execute(file.read_bytes())
        await connection.execute("reset all")
