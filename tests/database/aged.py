"""Things of the past, for the tests of retention: runs, results, history, events and metrics."""

from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from tests.database.callers import Caller, Json
from tests.database.workspaces import Workspace

CREATE_RUN = """
    insert into public.test_runs (
      organization_id, project_id, environment_id, run_date, planned_test_ids, status, completed_at
    )
    select organization_id, project_id, id, (now() at time zone 'utc')::date - %s, '{}', %s, %s
    from public.environments where id = %s
    returning id
"""
CREATE_EVENTS = """
    insert into public.test_run_events (run_id, first_seq, last_seq, organization_id, run_date, events)
    select id, 1, 2, organization_id, run_date, '[{}, {}]' from public.test_runs where id = %s
"""
CREATE_PROJECT_EVENTS = """
    insert into public.project_events (project_id, first_seq, last_seq, organization_id, events, created_at)
    select id, seq, seq, organization_id, '[{}]', now() - make_interval(days => 100 - seq)
    from public.projects cross join generate_series(1, 20) as seq
    where id = %s
"""
# Triggers write the history; details and assertions belong to the result.
CREATE_RESULTS = """
    with added as (
      insert into public.test_results (organization_id, run_id, run_date, test_case_id, iteration, status)
      select run.organization_id, run.id, run.run_date, %s, number, %s
      from public.test_runs as run cross join generate_series(1, %s) as number
      where run.id = %s
      returning id, run_date, organization_id
    ),
    detailed as (
      insert into public.test_result_details (result_id, run_date, organization_id)
      select id, run_date, organization_id from added
    )
    insert into public.assertion_results (
      result_id, run_date, position, organization_id, assertion_name, assertion_type, passed
    )
    select id, run_date, 1, organization_id, 'status is 200', 'status-code', true from added
"""
CREATE_METRIC = """
    insert into public.performance_metrics (
      organization_id, project_id, test_case_id, environment_id, date, total_runs, successful_runs, failed_runs,
      average_response_time_ms, p95_response_time_ms, min_response_time_ms, max_response_time_ms, success_rate
    )
    select organization_id, project_id, %s, id, %s, %s, %s, 0, %s, 100, %s, %s, 100
    from public.environments where id = %s
"""
COUNTS: dict[str, LiteralString] = {
    "results": "select count(*) as number from public.test_results where organization_id = %s",
    "details": "select count(*) as number from public.test_result_details where organization_id = %s",
    "assertions": "select count(*) as number from public.assertion_results where organization_id = %s",
    "history": "select count(*) as number from public.test_run_history where organization_id = %s",
    "events": "select count(*) as number from public.test_run_events where organization_id = %s",
    "project events": "select count(*) as number from public.project_events where organization_id = %s",
    "contexts": "select count(*) as number from public.test_execution_context where organization_id = %s",
}


@dataclass(frozen=True)
class Past:
    """An organization with a past, written as the role `postgres`."""

    workspace: Workspace
    service: Caller
    connection: AsyncConnection[dict[str, Any]]
    test_case_id: str

    async def add_results(self, days_ago: int, status: str = "passed", count: int = 1) -> UUID:
        await self.connection.execute(
            "select private.ensure_partitions(today - %s, today - %s)"
            " from (select (now() at time zone 'utc')::date as today) as now",
            [days_ago, days_ago],
        )
        run_id = await self.add_run(days_ago)
        await self.connection.execute(CREATE_RESULTS, [self.test_case_id, status, count, run_id])
        return run_id

    async def add_run(self, days_ago: int, *, is_finished: bool = True) -> UUID:
        status, ended = ("completed", "2020-01-01") if is_finished else ("running", None)
        parameters = [days_ago, status, ended, self.workspace.environment_id]
        row = await (await self.connection.execute(CREATE_RUN, parameters)).fetchone()
        assert row is not None
        return row["id"]

    async def add_events(self, run_id: UUID) -> None:
        await self.connection.execute(
            "delete from public.test_run_events where run_id = %s", [run_id]
        )
        await self.connection.execute(CREATE_EVENTS, [run_id])

    async def add_project_events(self) -> None:
        """Add one a day, 99 to 80 days ago."""
        await self.connection.execute(CREATE_PROJECT_EVENTS, [self.workspace.project_id])

    async def add_metric(self, date: str, runs: int, average: float, low: int, high: int) -> None:
        values = [self.test_case_id, date, runs, runs, average, low, high]
        await self.connection.execute(CREATE_METRIC, [*values, self.workspace.environment_id])

    async def change_policy(self, **changes: Any) -> None:
        await self.service.update(
            "retention_policies", changes, organization_id=self.workspace.organization_id
        )

    async def maintain(self, batch_size: int = 1000) -> list[Json]:
        """Call until nothing is left to do; return all reports."""
        reports: list[Json] = []
        while not reports or not reports[-1]["is_done"]:
            reports.append(await self.service.call("maintain_database", batch_size=batch_size))
        return reports

    async def count(self, kind: str) -> int:
        cursor = await self.connection.execute(COUNTS[kind], [self.workspace.organization_id])
        row = await cursor.fetchone()
        assert row is not None
        return row["number"]
