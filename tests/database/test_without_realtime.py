"""The migrations and every write work on a plain PostgreSQL, with a Realtime that is missing or broken."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg import AsyncConnection, conninfo, sql

from scripts.demonstration.components import SupabaseDetails
from tests.database.workspaces import build_result

MIGRATIONS = sorted(Path("supabase/migrations").glob("*.sql"))
AUTH = """
create schema extensions;
create schema auth;
grant usage on schema public, auth, extensions to authenticated, service_role;
create table auth.users (id uuid primary key, email text, raw_user_meta_data jsonb);
create function auth.uid() returns uuid language sql stable
as $$ select nullif(current_setting('test.user_id', true), '')::uuid $$;
create function auth.role() returns text language sql stable as $$ select current_user::text $$;
"""
BROKEN_REALTIME = """
create schema realtime;
create function realtime.send(jsonb, text, text, boolean) returns void language plpgsql
as $$ begin raise exception 'Realtime is down'; end $$;
"""


@pytest.fixture
async def plain_database(supabase: SupabaseDetails) -> AsyncIterator[AsyncConnection]:
    """A database of its own, with all migrations and no Realtime."""
    name = f"plain_{uuid4().hex}"
    async with await AsyncConnection.connect(supabase.database_url, autocommit=True) as server:
        await server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            url = conninfo.make_conninfo(supabase.database_url, dbname=name)
            async with await AsyncConnection.connect(
                url, autocommit=True, prepare_threshold=None
            ) as connection:
                await connection.execute(AUTH)
                for migration in MIGRATIONS:
                    async with connection.transaction():
                        await connection.execute(migration.read_bytes())
                yield connection
        finally:
            await server.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )


async def call(connection: AsyncConnection, function: str, **request: Any) -> Any:
    name = sql.Identifier("public", function)
    cursor = await connection.execute(
        sql.SQL("select {}(%s::jsonb)").format(name), [json.dumps(request)]
    )
    row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def insert(connection: AsyncConnection, table: str, **row: Any) -> str:
    statement = sql.SQL("insert into {} ({}) values ({}) returning id::text").format(
        sql.Identifier("public", table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    inserted = await (await connection.execute(statement, list(row.values()))).fetchone()
    assert inserted is not None
    return inserted[0]


@pytest.mark.parametrize("realtime", ["", BROKEN_REALTIME], ids=["missing", "broken"])
async def test_a_run_needs_no_realtime(realtime: str, plain_database: AsyncConnection) -> None:
    connection = plain_database
    await connection.execute(realtime.encode())
    user_id = str(uuid4())
    await connection.execute("insert into auth.users (id, email) values (%s, 'a@b.c')", [user_id])
    await connection.execute("select set_config('test.user_id', %s, false)", [user_id])
    organization = await call(connection, "create_organization", name="Acme", slug="acme")
    project_id = await insert(
        connection, "projects", organization_id=organization["id"], name="Shop"
    )
    suite_id = await insert(connection, "test_suites", project_id=project_id, name="Suite")
    environment_id = await insert(
        connection, "environments", project_id=project_id, name="x", base_url="http://x"
    )
    case = await call(
        connection,
        "create_test_case",
        suite_id=suite_id,
        key="login",
        name="Login",
        endpoint={"method": "GET", "path": "/"},
    )
    run = await call(
        connection, "start_test_run", project_id=project_id, environment_id=environment_id
    )
    identity = {"run_id": run["id"], "worker_id": "worker"}
    await call(connection, "get_run_plan", **identity)
    answer = await call(connection, "record_run_batch", **identity, results=[build_result(case)])
    finished = await call(connection, "finish_test_run", **identity, status="completed")
    assert answer["recorded"] == 1
    assert (finished["status"], finished["event_seq"]) == ("completed", 4)
    log = await call(connection, "get_run_events", run_id=run["id"])
    assert [event["seq"] for event in log["events"]] == [1, 2, 3, 4]
