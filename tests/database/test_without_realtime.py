"""The migrations and every write work on a plain PostgreSQL, with a Realtime that is missing or broken."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql

from scripts.demonstration.components import SupabaseDetails
from tests.database.plain import Connection, apply_files, create_plain_database
from tests.database.workspaces import build_result

BROKEN_REALTIME = """
create schema realtime;
create function realtime.send(jsonb, text, text, boolean) returns void language plpgsql
as $$ begin raise exception 'Realtime is down'; end $$;
"""
# Realtime makes the partition of a day when somebody joins; until then there is none.
UNPARTITIONED_REALTIME = """
create schema realtime;
create table realtime.messages (payload jsonb, inserted_at timestamp not null default now())
partition by range (inserted_at);
create function realtime.topic() returns text language sql stable as $$ select 'none' $$;
create function realtime.send(payload jsonb, event text, topic text, private boolean)
returns void language plpgsql
as $$ begin insert into realtime.messages (payload) values (payload); end $$;
"""


@pytest.fixture
async def plain_database(supabase: SupabaseDetails) -> AsyncIterator[Connection]:
    """A database of its own, with all migrations and no Realtime."""
    async with create_plain_database(supabase.database_url) as connection:
        await apply_files(connection)
        yield connection


async def call(connection: Connection, function: str, **request: Any) -> Any:
    name = sql.Identifier("public", function)
    cursor = await connection.execute(
        sql.SQL("select {}(%s::jsonb) as answer").format(name), [json.dumps(request)]
    )
    row = await cursor.fetchone()
    assert row is not None
    return row["answer"]


async def insert(connection: Connection, table: str, **row: Any) -> str:
    statement = sql.SQL("insert into {} ({}) values ({}) returning id::text").format(
        sql.Identifier("public", table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    inserted = await (await connection.execute(statement, list(row.values()))).fetchone()
    assert inserted is not None
    return inserted["id"]


@pytest.mark.parametrize(
    "realtime",
    ["", BROKEN_REALTIME, UNPARTITIONED_REALTIME],
    ids=["missing", "broken", "without a partition"],
)
async def test_a_run_needs_no_realtime(realtime: str, plain_database: Connection) -> None:
    connection = plain_database
    await connection.execute(realtime.encode())
    user_id = str(uuid4())
    await connection.execute("insert into auth.users (id, email) values (%s, 'a@b.c')", [user_id])
    await connection.execute(
        "select set_config('request.jwt.claims', %s, false)", [json.dumps({"sub": user_id})]
    )
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
    assert (finished["status"], finished["event_seq"]) == ("completed", 5)
    log = await call(connection, "get_run_events", run_id=run["id"])
    assert [event["seq"] for event in log["events"]] == [1, 2, 3, 4, 5]
