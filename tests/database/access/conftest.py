"""The world of the access matrix, made once for each test process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from scripts.demonstration.components import SupabaseDetails
from tests.database.access.world import World, create_world
from tests.database.callers import Caller
from tests.fixtures.users import SignUp


@pytest.fixture(scope="session")
async def world(supabase: SupabaseDetails, sign_up: SignUp) -> AsyncIterator[World]:
    async with AsyncExitStack() as resources:
        connection = await resources.enter_async_context(
            await AsyncConnection[DictRow].connect(
                supabase.database_url, autocommit=True, row_factory=dict_row
            )
        )

        async def open_caller(key: str, token: str = "", user_id: str = "") -> Caller:
            headers = {"apikey": key} | ({"Authorization": f"Bearer {token}"} if token else {})
            client = httpx.AsyncClient(
                base_url=f"{supabase.supabase_url}/rest/v1/", headers=headers, timeout=30.0
            )
            return Caller(await resources.enter_async_context(client), user_id)

        async def sign_in() -> Caller:
            user = await sign_up()
            return await open_caller(supabase.publishable_key, user.access_token, user.id)

        yield await create_world(
            connection,
            sign_in,
            anonymous=await open_caller(supabase.publishable_key),
            service=await open_caller(supabase.secret_key),
        )
