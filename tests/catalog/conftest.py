from collections.abc import Awaitable, Callable

import psycopg
import pytest

from scripts.demonstration.components import SupabaseDetails
from tests.workspaces.people import team

__all__ = ["team"]

ADD_RESULT = """
insert into public.test_run_history (
  run_id, run_date, test_case_id, organization_id, environment_id, status, duration_ms
)
select gen_random_uuid(), current_date, id, organization_id, gen_random_uuid(), 'passed', 1
from public.test_cases where id = %s
"""


@pytest.fixture
def remember_result(supabase: SupabaseDetails) -> Callable[[str], Awaitable[None]]:
    """Give a case a history."""

    async def remember(case_id: str) -> None:
        async with await psycopg.AsyncConnection.connect(supabase.database_url) as connection:
            await connection.execute(ADD_RESULT, (case_id,))

    return remember
