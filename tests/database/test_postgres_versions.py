"""
All SQL runs on the versions of PostgreSQL that Supabase projects have, as a role that is no superuser.

The local Supabase is version 18; `apt-get install postgresql-15` or POSTGRES_17_HOME bring the others.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.database_bench.reads import READS, become_member, find_sample
from tests.database.plain import MIGRATIONS, Connection, apply_files, create_plain_database
from tests.database.servers import find_binaries, run_server

SEED = Path("supabase/seed.sql")
JOIN = """
    insert into public.organization_members (organization_id, user_id, role)
    select id, %s, 'owner' from public.organizations
    returning organization_id::text
"""


@pytest.fixture(scope="module", params=[15, 17], ids="postgres-{}".format)
async def old_database(request: pytest.FixtureRequest) -> AsyncIterator[Connection]:
    """A database with all migrations and the seed on a server of this version."""
    binaries = find_binaries(request.param)
    if binaries is None:
        pytest.skip(f"PostgreSQL {request.param} is not installed; see the head of this file")
    with run_server(binaries) as url:
        async with create_plain_database(url) as connection:
            assert connection.info.server_version // 10000 == request.param
            await apply_files(connection, [*MIGRATIONS, SEED])
            yield connection


async def test_the_seed_ran_through_the_functions(old_database: Connection) -> None:
    cursor = await old_database.execute(
        "select status, event_seq from public.test_runs where worker_id = 'seed'"
    )
    assert await cursor.fetchall() == [{"status": "failed", "event_seq": 13}]


async def test_members_read_and_write(old_database: Connection) -> None:
    user_id = str(uuid4())
    await old_database.execute("insert into auth.users (id, email) values (%s, 'a@b.c')", [user_id])
    joined = await (await old_database.execute(JOIN, [user_id])).fetchone()
    assert joined is not None
    sample = await find_sample(old_database, joined["organization_id"])
    async with old_database.transaction():
        await become_member(old_database, user_id)
        for read in READS.values():
            await old_database.execute(read, sample)
        selection = {name: str(sample[name]) for name in ("project_id", "environment_id")}
        cursor = await old_database.execute(
            "select public.start_test_run(%s::jsonb) ->> 'status' as status",
            [json.dumps(selection)],
        )
        assert await cursor.fetchall() == [{"status": "pending"}]
