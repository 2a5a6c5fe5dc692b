"""A Realtime server for each test process, with policies to test against."""

from collections.abc import AsyncIterator

import pytest
from psycopg import AsyncConnection

from scripts.demonstration.components import SupabaseDetails
from scripts.local_supabase.realtime.limits import Limits
from tests.local_supabase.realtime.server import (
    Database,
    RealtimeServer,
    run_database,
    run_realtime,
)

# Topic room:<subject>... belongs to that subject: it hears everything and says anything there.
# Whoever joins window:... sees who is there and hears nothing.
# Topic audience:<subject>... lets the subject listen only.
POLICIES = """
create policy hears on realtime.messages for select to authenticated using (
  realtime.topic() like 'room:' || (current_setting('request.jwt.claims', true)::jsonb ->> 'sub') || '%'
  or realtime.topic() like 'audience:' || (current_setting('request.jwt.claim.sub', true)) || '%'
);
create policy sees on realtime.messages for select to authenticated using (
  extension = 'presence' and realtime.topic() like 'window:%'
);
create policy says on realtime.messages for insert to authenticated with check (
  realtime.topic() like 'room:' || (current_setting('request.jwt.claims', true)::jsonb ->> 'sub') || '%'
);
"""

# In the whole stack: topic client:<user id> belongs to the user.
CLIENT_POLICY = """
create policy client_hears on realtime.messages for select to authenticated
using (realtime.topic() = 'client:' || (select auth.uid()))
"""


@pytest.fixture(scope="module")
async def client_policy(supabase: SupabaseDetails) -> AsyncIterator[None]:
    """Let users of the stack listen to a topic of their own; other tests find no trace of it."""
    async with await AsyncConnection.connect(supabase.database_url, autocommit=True) as connection:
        await connection.execute(CLIENT_POLICY)
        yield
        await connection.execute("drop policy client_hears on realtime.messages")


@pytest.fixture(scope="session")
async def realtime_database() -> AsyncIterator[Database]:
    """A PostgreSQL with the policies above, made by the role postgres."""
    async with run_database() as database:
        await database.execute(POLICIES)
        yield database


@pytest.fixture(scope="session")
async def realtime(
    realtime_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RealtimeServer]:
    """The server with the limits it has in the stack."""
    credentials = tmp_path_factory.mktemp("realtime") / "keys.json"
    async with run_realtime(realtime_database, credentials, Limits()) as server:
        yield server
