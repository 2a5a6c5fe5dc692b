"""The reads that users do all the time, as SQL, and how long they take an ordinary member."""

import json
import statistics
import time
from typing import Final, LiteralString

import httpx
from psycopg.abc import Params
from psycopg.rows import DictRow

from scripts.database_bench.data import Connection

REPETITIONS: Final = 15

READS: Final[dict[str, LiteralString]] = {
    "list runs": """
        select id, status, trigger, total_count, passed_count, failed_count, created_at, completed_at
        from public.test_runs
        where project_id = %(project_id)s
        order by created_at desc, id desc
        limit 50
    """,
    "results page of a run": """
        select result.id, result.status, result.duration_ms, result.completed_at, test_case.key, test_case.name
        from public.test_results as result
        inner join public.test_cases as test_case on test_case.id = result.test_case_id
        where result.run_id = %(run_id)s and result.run_date = %(run_date)s
        order by result.completed_at, result.id
        limit 100
    """,
    "a result with details": """
        select
          to_jsonb(result) as result, to_jsonb(detail) as details,
          (
            select jsonb_agg(to_jsonb(assertion) order by assertion.position)
            from public.assertion_results as assertion
            where assertion.result_id = result.id and assertion.run_date = result.run_date
          ) as assertions
        from public.test_results as result
        left join public.test_result_details as detail
          on detail.result_id = result.id and detail.run_date = result.run_date
        where result.id = %(result_id)s and result.run_date = %(run_date)s
    """,
    "latest status per test": """
        select test_case.id, test_case.key, latest.status, latest.recorded_at
        from public.test_cases as test_case
        left join lateral (
          select history.status, history.recorded_at
          from public.test_run_history as history
          where history.organization_id = test_case.organization_id and history.test_case_id = test_case.id
          order by history.run_date desc, history.recorded_at desc
          limit 1
        ) as latest on true
        where test_case.project_id = %(project_id)s and test_case.suite_id = %(suite_id)s
        order by test_case.order_index, test_case.key
    """,
    "history of a test": """
        select run_id, status, duration_ms, recorded_at
        from public.test_run_history
        where test_case_id = %(test_case_id)s and environment_id = %(environment_id)s
        order by run_date desc, recorded_at desc
        limit 30
    """,
    "dashboard of 7 days": """
        select
          run_date, count(*) as runs, sum(passed_count) as passed, sum(failed_count + error_count) as failed,
          avg(total_duration_ms) as average_duration_ms
        from public.test_runs
        where project_id = %(project_id)s and created_at >= now() - interval '7 days'
        group by run_date
        order by run_date
    """,
    "dashboard of 30 days": """
        select
          run_date, count(*) as runs, sum(passed_count) as passed, sum(failed_count + error_count) as failed,
          avg(total_duration_ms) as average_duration_ms
        from public.test_runs
        where project_id = %(project_id)s and created_at >= now() - interval '30 days'
        group by run_date
        order by run_date
    """,
    "flaky candidates": """
        select
          history.test_case_id, count(*) as runs, count(*) filter (where history.status = 'passed') as passed
        from public.test_runs as run
        inner join public.test_run_history as history
          on history.run_id = run.id and history.run_date = run.run_date
        where run.project_id = %(project_id)s and run.created_at >= now() - interval '7 days'
        group by history.test_case_id
        having count(*) filter (where history.status in ('failed', 'error')) >= 3
          and count(*) filter (where history.status = 'passed') between 1 and count(*) * 0.9
    """,
    "search by name": """
        select id, key, name
        from public.test_cases
        where project_id = %(project_id)s and name ilike %(pattern)s
        order by name
        limit 50
    """,
    "tests with a tag": """
        select id, key, name, tags
        from public.test_cases
        where project_id = %(project_id)s and tags @> array[%(tag)s]
        order by name
        limit 50
    """,
}

# The same reads as a browser sends them, as far as PostgREST can express them without a function.
PATHS: Final = {
    "list runs": "/test_runs?project_id=eq.{project_id}&order=created_at.desc,id.desc&limit=50"
    "&select=id,status,trigger,total_count,passed_count,failed_count,created_at,completed_at",
    "results page of a run": "/test_results?run_id=eq.{run_id}&order=completed_at,id&limit=100"
    "&select=id,status,duration_ms,completed_at,...test_cases(key,name)",
    "a result with details": "/test_results?id=eq.{result_id}&run_date=eq.{run_date}"
    "&select=*,details:test_result_details(*),assertions:assertion_results(*)",
    "history of a test": "/test_run_history?test_case_id=eq.{test_case_id}&environment_id=eq.{environment_id}"
    "&order=run_date.desc,recorded_at.desc&limit=30&select=run_id,status,duration_ms,recorded_at",
    "search by name": "/test_cases?project_id=eq.{project_id}&name=ilike.*question 2*&order=name&limit=50"
    "&select=id,key,name",
    "tests with a tag": "/test_cases?project_id=eq.{project_id}&tags=cs.%7Bsmoke%7D&order=name&limit=50"
    "&select=id,key,name,tags",
}

SELECT_SAMPLE: Final[LiteralString] = """
select
  project.id as project_id, run.id as run_id, run.run_date, run.suite_id, run.environment_id, result.id as result_id,
  result.test_case_id, '%%question 2%%' as pattern, 'smoke' as tag
from public.projects as project
inner join public.test_runs as run on run.project_id = project.id
inner join public.test_results as result on result.run_id = run.id and result.run_date = run.run_date
where project.organization_id = %s
order by run.created_at desc, result.completed_at
limit 1
"""


async def find_sample(connection: Connection, organization_id: str) -> DictRow:
    """Return values for the parameters of the reads: the newest run of the organization and its parts."""
    row = await (await connection.execute(SELECT_SAMPLE, [organization_id])).fetchone()
    if row is None:
        raise LookupError(f"organization {organization_id} has no results")
    return row


async def become_member(connection: Connection, user_id: str) -> None:
    """Act, until the transaction ends, as PostgREST does for a signed-in person."""
    claims = json.dumps({"sub": user_id, "role": "authenticated"})
    await connection.execute(
        "select set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true)",
        [claims],
    )


async def measure_reads(
    connection: Connection, user_id: str, sample: Params
) -> dict[str, dict[str, float]]:
    """Return for each read the median of its milliseconds and the number of its rows."""
    measured = dict[str, dict[str, float]]()
    for name, query in READS.items():
        async with connection.transaction():
            await become_member(connection, user_id)
            times = list[float]()
            rows = 0
            for _ in range(REPETITIONS):
                begun = time.perf_counter()
                # As with PostgREST, every call is planned for its own values.
                cursor = await connection.execute(query, sample, prepare=False)
                rows = len(await cursor.fetchall())
                times.append(1000 * (time.perf_counter() - begun))
        measured[name] = {"milliseconds": round(statistics.median(times), 2), "rows": rows}
    return measured


async def measure_paths(client: httpx.AsyncClient, sample: DictRow) -> dict[str, float]:
    """Return for each path the median of its milliseconds, there and back."""
    measured = dict[str, float]()
    for name, path in PATHS.items():
        times = list[float]()
        for _ in range(REPETITIONS):
            begun = time.perf_counter()
            answer = await client.get(path.format_map(sample))
            times.append(1000 * (time.perf_counter() - begun))
            if not answer.raise_for_status().json():
                raise LookupError(f"{name} finds nothing")
        measured[name] = round(statistics.median(times), 2)
    return measured
