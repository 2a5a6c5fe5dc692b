"""Fills a database with the results of many organizations, set by set instead of row by row."""

import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow

Connection = AsyncConnection[DictRow]

PARTITIONED: Final = (
    "test_results",
    "test_result_details",
    "assertion_results",
    "test_run_history",
)
TABLES: Final = (
    "organizations",
    "projects",
    "environments",
    "test_suites",
    "api_endpoints",
    "test_cases",
    "test_runs",
    *PARTITIONED,
)


@dataclass(frozen=True)
class Size:
    """How much there is; each organization has one project."""

    organizations: int = 20
    tests: int = 1000
    environments: int = 5
    results: int = 1_000_000
    days: int = 120
    tests_per_run: int = 100

    @property
    def runs(self) -> int:
        """Runs of one project."""
        return max(1, self.results // (self.organizations * self.tests_per_run))

    @property
    def suites(self) -> int:
        """Suites of one project, each with the tests of one run."""
        return max(1, self.tests // self.tests_per_run)


# Every statement makes the rows of the organizations %(first)s to %(last)s. Ids come from names,
# so that one statement knows the ids that another one made.
CATALOGUE: Final[Sequence[LiteralString]] = (
    """
    insert into public.organizations (id, name, slug)
    select md5('organization ' || o)::uuid, 'Organization ' || o, 'organization-' || o
    from generate_series(%(first)s::integer, %(last)s) as o
    """,
    """
    insert into public.projects (id, organization_id, name)
    select md5('project ' || o)::uuid, md5('organization ' || o)::uuid, 'Project ' || o
    from generate_series(%(first)s::integer, %(last)s) as o
    """,
    """
    insert into public.environments (id, organization_id, project_id, name, base_url)
    select
      md5(format('environment %%s %%s', o, e))::uuid, md5('organization ' || o)::uuid, md5('project ' || o)::uuid,
      'Environment ' || e, 'http://shop.example'
    from generate_series(%(first)s::integer, %(last)s) as o
    cross join generate_series(0, %(environments)s - 1) as e
    """,
    """
    insert into public.test_suites (id, organization_id, project_id, name)
    select
      md5(format('suite %%s %%s', o, s))::uuid, md5('organization ' || o)::uuid, md5('project ' || o)::uuid,
      'Suite ' || s
    from generate_series(%(first)s::integer, %(last)s) as o
    cross join generate_series(0, %(suites)s - 1) as s
    """,
    """
    insert into public.api_endpoints (id, organization_id, project_id, name, path, method)
    select
      md5(format('endpoint %%s %%s', o, n))::uuid, md5('organization ' || o)::uuid, md5('project ' || o)::uuid,
      'Items ' || n, '/items/' || n, 'GET'
    from generate_series(%(first)s::integer, %(last)s) as o
    cross join generate_series(0, 99) as n
    """,
    """
    insert into public.test_cases (id, organization_id, project_id, suite_id, endpoint_id, key, name, tags)
    select
      md5(format('test %%s %%s', o, t))::uuid, md5('organization ' || o)::uuid, md5('project ' || o)::uuid,
      md5(format('suite %%s %%s', o, t / %(tests_per_run)s))::uuid, md5(format('endpoint %%s %%s', o, t %% 100))::uuid,
      'test-' || t, format('The shop answers question %%s about items', t),
      array['area-' || t %% 20, case when t %% 10 = 0 then 'smoke' else 'regression' end]
    from generate_series(%(first)s::integer, %(last)s) as o
    cross join generate_series(0, %(suites)s * %(tests_per_run)s - 1) as t
    """,
)

RUNS: Final[LiteralString] = """
insert into public.test_runs (
  id, organization_id, project_id, suite_id, environment_id, trigger, status, run_date, planned_test_ids,
  total_count, total_duration_ms, created_at, started_at, completed_at
)
select
  md5(format('run %%s %%s', o, r))::uuid, md5('organization ' || o)::uuid, md5('project ' || o)::uuid,
  md5(format('suite %%s %%s', o, suite.number))::uuid,
  md5(format('environment %%s %%s', o, r %% %(environments)s))::uuid, 'ci',
  'completed', (moment at time zone 'utc')::date,
  array(
    select md5(format('test %%s %%s', o, suite.number * %(tests_per_run)s + t))::uuid
    from generate_series(0, %(tests_per_run)s - 1) as t
  ),
  %(tests_per_run)s, 30000, moment, moment, moment + interval '30 seconds'
from generate_series(%(first)s::integer, %(last)s) as o
cross join generate_series(0, %(runs)s - 1) as r
-- Every other run is of the first suite: what a team runs at each push.
cross join lateral (select r %% 2 * (r / 2 %% %(suites)s)) as suite (number)
cross join lateral (select now() - interval '1 day' * %(days)s * (1 - (r + 0.5) / %(runs)s)) as time (moment)
"""

# One test in fifty fails every third time, one in a hundred always.
RESULTS: Final[LiteralString] = """
insert into public.test_results (
  organization_id, run_id, run_date, test_case_id, status, category, error_message, started_at, completed_at,
  duration_ms, test_revision, created_at
)
select
  run.organization_id, run.id, run.run_date, test.id,
  case when outcome.fails then 'failed' else 'passed' end,
  case when outcome.fails then 'assertion' end,
  case when outcome.fails then 'expected status 200, got 500' end,
  moment, moment + interval '120 milliseconds', 120 + test.place %% 50, 1, moment
from public.test_runs as run
cross join lateral unnest(run.planned_test_ids) with ordinality as test (id, place)
cross join lateral (select run.started_at + test.place * interval '0.25 seconds') as time (moment)
cross join lateral (
  select test.place %% 100 = 0 or (test.place %% 50 = 1 and hashtext(run.id::text) %% 3 = 0)
) as outcome (fails)
where run.organization_id = any (%(organization_ids)s::uuid[])
order by run.started_at, test.place
"""

EVIDENCE: Final[Sequence[LiteralString]] = (
    """
    insert into public.test_result_details (
      result_id, run_date, organization_id, request_method, request_url, request_headers, response_status,
      response_headers, response_body, response_time_ms, timing_phases, assertions_passed, assertions_failed
    )
    select
      result.id, result.run_date, result.organization_id, 'GET', 'http://shop.example/items/' || result.id,
      '{"Accept": "application/json", "Authorization": "***"}', case result.status when 'passed' then 200 else 500 end,
      '{"Content-Type": "application/json", "Server": "shop"}',
      format('{"id": "%%s", "name": "An item of the shop", "price": {"amount": 1999, "currency": "EUR"}}', result.id),
      result.duration_ms, '{"connect": 1.5, "send": 0.2, "wait": 100.1, "receive": 2.2}',
      (result.status = 'passed')::integer + 1, (result.status <> 'passed')::integer
    from public.test_results as result
    where result.organization_id = any (%(organization_ids)s::uuid[])
    """,
    """
    insert into public.assertion_results (
      result_id, run_date, position, organization_id, assertion_name, assertion_type, expected_value, actual_value,
      passed
    )
    select
      result.id, result.run_date, position, result.organization_id,
      case position when 1 then 'status is 200' else 'the answer takes less than 500 ms' end,
      case position when 1 then 'status-code' else 'response-time' end,
      case position when 1 then '200' else '500' end::jsonb, '200', result.status = 'passed' or position = 2
    from public.test_results as result
    cross join generate_series(1, 2) as position
    where result.organization_id = any (%(organization_ids)s::uuid[])
    """,
    """
    insert into public.test_run_history (
      run_id, run_date, test_case_id, iteration, organization_id, environment_id, status, duration_ms, recorded_at
    )
    select
      result.run_id, result.run_date, result.test_case_id, result.iteration, result.organization_id,
      run.environment_id, result.status, result.duration_ms, result.completed_at
    from public.test_results as result
    inner join public.test_runs as run on run.id = result.run_id
    where result.organization_id = any (%(organization_ids)s::uuid[])
    """,
    """
    update public.test_runs as run set
      passed_count = counts.passed, failed_count = counts.failed,
      status = case when counts.failed > 0 then 'failed' else 'completed' end
    from (
      select
        history.run_id, count(*) filter (where history.status = 'passed') as passed,
        count(*) filter (where history.status = 'failed') as failed
      from public.test_run_history as history
      where history.organization_id = any (%(organization_ids)s::uuid[])
      group by history.run_id
    ) as counts
    where run.id = counts.run_id
    """,
)

LIST_FOREIGN_KEYS: Final[LiteralString] = """
select
  format('alter table %%s drop constraint %%I', conrelid::regclass, conname) as drop,
  format('alter table %%s add constraint %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as restore,
  format('comment on constraint %%I on %%s is %%L', conname, conrelid::regclass, obj_description(oid)) as comment
from pg_constraint
where contype = 'f' and conparentid = 0 and conrelid = any (%s::text[]::regclass[])
order by conrelid::regclass::text, conname
"""
LIST_TRIGGERS: Final[LiteralString] = """
select
  format('alter table public.%%I disable trigger user', name) as disable,
  format('alter table public.%%I enable trigger user', name) as enable
from unnest(%s::text[]) as name
"""


async def fill(connection: Connection, size: Size, first: int, last: int) -> None:
    """Make the organizations from `first` to `last` with all their results, and refresh statistics."""
    parameters = {
        "first": first,
        "last": last,
        "organization_ids": [name_id("organization", o) for o in range(first, last + 1)],
        "tests_per_run": size.tests_per_run,
        "suites": size.suites,
        "runs": size.runs,
        "environments": size.environments,
        "days": size.days,
    }
    async with connection.transaction(), _without_row_checks(connection):
        await connection.execute(
            "select private.ensure_partitions(current_date - %s::integer, current_date + 1)",
            [size.days + 1],
        )
        for statement in (*CATALOGUE, RUNS, RESULTS, *EVIDENCE):
            await connection.execute(statement, parameters)
    for table in TABLES:
        name = sql.Identifier("public", table)
        await connection.execute(sql.SQL("vacuum (analyze) {}").format(name))


def name_id(kind: str, *numbers: int) -> str:
    """Return the id of the row that the statements above make from this name."""
    name = " ".join([kind, *map(str, numbers)])
    return str(UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()))


@asynccontextmanager
async def _without_row_checks(connection: Connection) -> AsyncGenerator[None]:
    """Drop foreign keys and triggers, which work row by row, and check the keys at the end all at once."""
    tables = [f"public.{table}" for table in TABLES]
    foreign_keys = await fetch(connection, LIST_FOREIGN_KEYS, [tables])
    triggers = await fetch(connection, LIST_TRIGGERS, [list(TABLES)])
    for command in [*(row["drop"] for row in foreign_keys), *(row["disable"] for row in triggers)]:
        await connection.execute(command.encode())
    yield
    for row in foreign_keys:
        await connection.execute(row["restore"].encode())
        await connection.execute(row["comment"].encode())
    for row in triggers:
        await connection.execute(row["enable"].encode())


async def fetch(connection: Connection, query: LiteralString, parameters: Any) -> list[DictRow]:
    """Return the rows of one query."""
    return await (await connection.execute(query, parameters)).fetchall()
