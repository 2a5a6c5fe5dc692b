from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.users import SignUp
from tests.runs.workspace import Workspace, open_workspace
from tests.targets.serving import RunningShop

COUNT_UNFINISHED = (
    "select count(*) from public.test_runs where trigger = 'webhook' and completed_at is null"
)


@pytest.fixture(scope="module")
def target() -> Iterator[RunningShop]:
    with RunningShop() as running:
        yield running


@pytest.fixture(scope="module")
async def finished_runs(supabase: SupabaseDetails, target: RunningShop) -> AsyncIterator[None]:
    """Hooks start runs that most tests do not wait for: none of them outlives its module."""
    yield
    async with await psycopg.AsyncConnection.connect(
        supabase.database_url, autocommit=True
    ) as connection:

        @retry(
            retry=retry_if_result(lambda unfinished: unfinished > 0),
            wait=wait_fixed(0.05),
            stop=stop_after_delay(60),
        )
        async def count_unfinished() -> int:
            row = await (await connection.execute(COUNT_UNFINISHED)).fetchone()
            return 0 if row is None else row[0]

        await count_unfinished()


@pytest.fixture(scope="module")
async def workspace(
    service: Service, sign_up: SignUp, target: RunningShop, finished_runs: None
) -> AsyncIterator[Workspace]:
    """One project with a case for the tests of a module, each of which makes hooks of its own."""
    async with open_workspace(service, await sign_up(), target.url) as created:
        await created.add_case("item", "/items/1")
        yield created
