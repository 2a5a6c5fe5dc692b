"""How often a run asks PostgREST: batches, not tests, decide."""

import pytest
from pydantic import SecretStr

from app.engine import RunControl
from scripts.demonstration.components import SupabaseDetails
from tests.fixtures.database import Connect
from tests.runs.local_work import local_work
from tests.runs.workspace import Workspace

COPY_CASE = """
insert into public.test_cases (organization_id, project_id, suite_id, endpoint_id, key, name)
select organization_id, project_id, suite_id, endpoint_id, 'copy-' || number, 'Copy ' || number
from public.test_cases cross join generate_series(2, %s) as number
where id = %s
"""


@pytest.mark.parametrize(("tests", "limit"), [(5, 12), (1_000, 60)])
async def test_a_run_makes_few_calls(
    workspace: Workspace,
    supabase: SupabaseDetails,
    database: Connect,
    tests: int,
    limit: int,
) -> None:
    await workspace.set_variable("SECRET", "makes the run resolve secrets", is_secret=True)
    case_id = await workspace.add_case("original", "/items/1")
    await (await database()).execute(COPY_CASE, [tests, case_id])
    async with local_work(supabase) as work:
        run_id = await work.start_run(workspace)
        await work.create_executor().execute(run_id, RunControl())
        calls = work.database.request_counts
    run = await workspace.get(f"/runs/{run_id}")
    assert run["counts"] == {"total": tests, "passed": tests, "failed": 0, "skipped": 0, "error": 0}
    assert calls.total() < limit, calls


async def test_a_wrong_encryption_key_fails_the_run_and_says_so(
    workspace: Workspace, supabase: SupabaseDetails, database: Connect
) -> None:
    await workspace.set_variable("SECRET", "encrypted with the right key", is_secret=True)
    case_id = await workspace.add_case("only", "/items/1")
    await (await database()).execute(COPY_CASE, [50, case_id])
    async with local_work(supabase) as work:
        wrong_key = SecretStr("another key, as long as needed, but wrong")
        run_id = await work.start_run(workspace)
        await work.create_executor(encryption_key=wrong_key).execute(run_id, RunControl())
        calls = work.database.request_counts
    run = await workspace.get(f"/runs/{run_id}")
    assert (run["status"], run["counts"]["error"]) == ("failed", 50)
    result = (await workspace.results(str(run_id)))["only"]
    assert (result["status"], result["category"]) == ("error", "environment")
    assert "could not be prepared" in result["error_message"]
    assert "encrypted with" not in result["error_message"]
    assert calls.total() < 12, calls
