"""How often a run asks PostgREST: batches, not tests, decide."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from pydantic import SecretStr

from app.contexts.manager import TestExecutionContextManager
from app.core.identifiers import EnvironmentId, ProjectId, RunId
from app.core.settings import Settings
from app.db.database import Database
from app.engine import RunControl, RunOptions, create_http_transport
from app.runs import repository
from app.runs.execution import Workshop
from app.runs.executor import RunExecutor
from app.runs.schemas import RunStart
from scripts.demonstration.components import SupabaseDetails, service_settings
from tests.fixtures.database import Connect
from tests.runs.workspace import Workspace

COPY_CASE = """
insert into public.test_cases (organization_id, project_id, suite_id, endpoint_id, key, name)
select organization_id, project_id, suite_id, endpoint_id, 'copy-' || number, 'Copy ' || number
from public.test_cases cross join generate_series(2, %s) as number
where id = %s
"""


@dataclass
class CountedWork:
    """A database whose requests are counted, and an executor in this process."""

    database: Database
    executor: RunExecutor

    async def start_run(self, workspace: Workspace) -> RunId:
        start = RunStart(
            project_id=ProjectId(UUID(workspace.project_id)),
            environment_id=EnvironmentId(UUID(workspace.environment_id)),
        )
        run = await repository.start(self.database.as_user(workspace.user.access_token), start)
        return run.id


@asynccontextmanager
async def counted_work(supabase: SupabaseDetails) -> AsyncGenerator[CountedWork]:
    settings = Settings.model_validate(service_settings(supabase))
    async with Database(settings) as database, create_http_transport() as transport:
        service = database.as_service()
        contexts = TestExecutionContextManager(service, settings.secrets_encryption_key)
        workshop = Workshop(service, contexts, transport, RunOptions())
        yield CountedWork(database, RunExecutor(workshop))


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
    async with counted_work(supabase) as work:
        # A run that is not queued is nobody else's for ten seconds; it is claimed before.
        run_id = await work.start_run(workspace)
        await work.executor.execute(run_id, RunControl())
        calls = work.database.request_counts
    run = await workspace.get(f"/runs/{run_id}")
    assert run["counts"] == {"total": tests, "passed": tests, "failed": 0, "skipped": 0, "error": 0}
    assert calls.total() < limit, calls


async def test_a_wrong_encryption_key_fails_the_run_and_says_so(
    workspace: Workspace, supabase: SupabaseDetails
) -> None:
    await workspace.set_variable("SECRET", "encrypted with the right key", is_secret=True)
    await workspace.add_case("only", "/items/1")
    async with counted_work(supabase) as work, create_http_transport() as transport:
        service = work.database.as_service()
        contexts = TestExecutionContextManager(service, SecretStr("another key, as long as needed"))
        executor = RunExecutor(Workshop(service, contexts, transport, RunOptions()))
        run_id = await work.start_run(workspace)
        await executor.execute(run_id, RunControl())
    assert (await workspace.get(f"/runs/{run_id}"))["status"] == "failed"
    result = (await workspace.results(str(run_id)))["only"]
    assert (result["status"], result["category"]) == ("error", "environment")
    assert "could not be prepared" in result["error_message"]
    assert "encrypted with" not in result["error_message"]
