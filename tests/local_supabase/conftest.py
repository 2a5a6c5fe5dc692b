"""A table of our own in the shared stack, so that these tests depend on no migration of the project."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
import psycopg
import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from scripts.demonstration.components import SupabaseDetails
from supabase import AsyncClient, AsyncClientOptions, acreate_client

NOTES = """
create table public.local_supabase_notes (
    id bigint generated always as identity primary key,
    owner uuid not null default auth.uid(),
    body text not null
);
alter table public.local_supabase_notes enable row level security;
create policy owners on public.local_supabase_notes to authenticated
using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
grant all on public.local_supabase_notes to anon, authenticated, service_role;
create function public.local_supabase_whoami() returns jsonb language sql stable set search_path = ''
as 'select jsonb_build_object(''uid'', auth.uid(), ''role'', auth.role(), ''email'', auth.email())';
grant execute on function public.local_supabase_whoami() to anon, authenticated, service_role;
"""
DROP_NOTES = """
drop table public.local_supabase_notes;
drop function public.local_supabase_whoami();
"""
TABLE = "local_supabase_notes"
WHOAMI = "local_supabase_whoami"
Connect = Callable[[str], Awaitable[AsyncClient]]


@pytest.fixture(scope="module")
async def notes(supabase: SupabaseDetails) -> AsyncIterator[str]:
    """
    The name of a table whose rows belong to their owner, once PostgREST knows it.

    It goes with the module, so that the tests of our own schema never meet it.
    """
    async with await psycopg.AsyncConnection.connect(
        supabase.database_url, autocommit=True
    ) as connection:
        await connection.execute(NOTES)
        await _wait_exposed(supabase)
        yield TABLE
        await connection.execute(DROP_NOTES)


@retry(
    retry=retry_if_result(lambda status: status == 404),
    stop=stop_after_delay(10),
    wait=wait_fixed(0.05),
)
async def _wait_exposed(supabase: SupabaseDetails) -> int:
    async with httpx.AsyncClient(headers={"apikey": supabase.secret_key}, timeout=30) as client:
        answer = await client.get(f"{supabase.supabase_url}/rest/v1/rpc/{WHOAMI}")
    return answer.status_code


@pytest.fixture
async def connect(supabase: SupabaseDetails) -> AsyncIterator[Connect]:
    """Make an unmodified supabase-py client with a key of the stack."""
    async with AsyncExitStack() as connections:

        async def connect(key: str) -> AsyncClient:
            http = await connections.enter_async_context(httpx.AsyncClient(timeout=30))
            options = AsyncClientOptions(httpx_client=http, auto_refresh_token=False)
            return await acreate_client(supabase.supabase_url, key, options)

        yield connect


@pytest.fixture
async def client(supabase: SupabaseDetails, connect: Connect) -> AsyncClient:
    """A client that nobody has signed in with."""
    return await connect(supabase.publishable_key)


@pytest.fixture
async def service_client(supabase: SupabaseDetails, connect: Connect) -> AsyncClient:
    """A client with the secret key."""
    return await connect(supabase.secret_key)


@pytest.fixture
def new_email() -> Callable[[], str]:
    return lambda: f"{uuid4().hex}@example.org"
