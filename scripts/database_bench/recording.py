"""How fast results come in through record_run_batch, with the triggers and without them."""

import json
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import uuid4

import httpx

from scripts.database_bench.data import Connection, fetch, name_id
from scripts.database_bench.processor import Processor
from scripts.demonstration.components import SupabaseDetails

Document = dict[str, Any]
Send = Callable[[Document], Awaitable[None]]

BATCH: Final = 100
BATCHES: Final = 10
ROUNDS: Final = 3
WORKER: Final = "bench"
TRIGGERED: Final = ("test_results", "test_runs", "test_execution_context")

RECORD: Final[LiteralString] = "select public.record_run_batch(%s::jsonb)"
START: Final[LiteralString] = """
insert into public.test_runs (organization_id, project_id, environment_id, options)
values (%(organization_id)s, %(project_id)s, %(environment_id)s, '{}')
returning id::text
"""
CLAIM: Final[LiteralString] = "select public.get_run_plan(%s::jsonb) -> 'tests' as tests"
MEASURE_LOG: Final[LiteralString] = """
select pg_total_relation_size('public.test_run_events') as bytes
"""
SWITCH: Final[LiteralString] = """
select format('alter table public.%%I %%s trigger user', name, %s::text) as command from unnest(%s::text[]) as name
"""


async def measure_recording(connection: Connection, supabase: SupabaseDetails) -> Document:
    """
    Return results per second in several ways; the rounds alternate, so that load hits all of them.

    Results per second of processor time tell what an idle machine would do, whatever else runs now.
    """
    in_sql, bare, over_http = list[float](), list[float](), list[float]()
    headers = {"Authorization": f"Bearer {supabase.service_role_jwt}"}
    processor = Processor(connection.info.backend_pid)
    async with httpx.AsyncClient(base_url=supabase.postgrest_url, headers=headers) as client:
        for _ in range(ROUNDS):
            run = await _start_run(connection)
            with processor.count("in_sql"):
                in_sql.append(await _record_run(run, _send_in_sql(connection)))
            over_http.append(await _record_run(await _start_run(connection), _send_over(client)))
            run = await _start_run(connection)
            async with _without_triggers(connection):
                with processor.count("bare"):
                    bare.append(await _record_run(run, _send_in_sql(connection)))
    log = await fetch(connection, MEASURE_LOG, [])
    results = ROUNDS * BATCHES * BATCH
    return {
        "batch": BATCH,
        "results_per_second": round(statistics.median(in_sql)),
        "results_per_processor_second": processor.divide(results, "in_sql"),
        "through_postgrest_per_second": round(statistics.median(over_http)),
        "without_triggers_per_second": round(statistics.median(bare)),
        "without_triggers_per_processor_second": processor.divide(results, "bare"),
        "cost_of_triggers": round(statistics.median(bare) / statistics.median(in_sql), 2),
        "bytes_of_event_log_per_result": round(log[0]["bytes"] / (2 * results)),
    }


@dataclass(frozen=True, slots=True)
class _Run:
    identity: dict[str, str]
    tests: list[Document]


async def _start_run(connection: Connection) -> _Run:
    project = {
        "organization_id": name_id("organization", 1),
        "project_id": name_id("project", 1),
        "environment_id": name_id("environment", 1, 0),
    }
    run_id = (await fetch(connection, START, project))[0]["id"]
    identity = {"run_id": run_id, "worker_id": WORKER}
    tests = (await fetch(connection, CLAIM, [json.dumps(identity)]))[0]["tests"]
    return _Run(identity, tests)


async def _record_run(run: _Run, send: Send) -> float:
    """Record the run batch by batch and return its median results per second."""
    times = list[float]()
    for number in range(BATCHES):
        request = {**run.identity, **_build_batch(run.tests, number)}
        begun = time.perf_counter()
        await send(request)
        times.append(time.perf_counter() - begun)
    return BATCH / statistics.median(times)


def _send_in_sql(connection: Connection) -> Send:
    async def send(request: Document) -> None:
        async with connection.transaction():
            await connection.execute("set local role service_role")
            await connection.execute(RECORD, [json.dumps(request)])

    return send


def _send_over(client: httpx.AsyncClient) -> Send:
    async def send(request: Document) -> None:
        answer = await client.post("/rpc/record_run_batch", json={"request": request})
        answer.raise_for_status()

    return send


def _build_batch(tests: list[Document], number: int) -> Document:
    ended = [tests[index % len(tests)] for index in range(number * BATCH, (number + 1) * BATCH)]
    following = [tests[((number + 1) * BATCH + index) % len(tests)] for index in range(16)]
    begun = datetime.now(UTC)
    return {
        "running_tests": [_build_running(test, begun, number // 10) for test in following],
        "results": [_build_result(test, begun, number // 10) for test in ended],
        "context": {
            "captured_data": {test["key"]: {"item_id": 17} for test in ended[::10]},
            "test_order": [test["key"] for test in ended],
        },
    }


def _build_running(test: Document, begun: datetime, iteration: int) -> Document:
    return {
        "test_case_id": test["test_case_id"],
        "key": test["key"],
        "name": test["name"],
        "iteration": iteration,
        "started_at": begun.isoformat(),
    }


def _build_result(test: Document, begun: datetime, iteration: int) -> Document:
    return {
        **_build_running(test, begun, iteration),
        "id": str(uuid4()),
        "status": "passed",
        "completed_at": (begun + timedelta(milliseconds=120)).isoformat(),
        "duration_ms": 120.5,
        "attempt_number": 1,
        "is_final": True,
        "test_revision": 1,
        "details": {
            "request_method": "GET",
            "request_url": f"http://shop.example/items/{test['key']}",
            "request_headers": {"Accept": "application/json", "Authorization": "***"},
            "response_status": 200,
            "response_headers": {"Content-Type": "application/json", "Server": "shop"},
            "response_body": json.dumps(
                {"id": test["key"], "name": "An item of the shop"} | {"price": 1999}
            ),
            "response_time_ms": 118.2,
            "timing_phases": {"connect": 1.5, "send": 0.2, "wait": 100.1, "receive": 2.2},
            "assertions_passed": 2,
            "assertions_failed": 0,
        },
        "assertions": [
            _build_assertion("status is 200", "status-code", 200, 200),
            _build_assertion("the answer takes less than 500 ms", "response-time", 500, 118.2),
        ],
        "captured": [],
    }


def _build_assertion(name: str, kind: str, expected: float, actual: float) -> Document:
    return {
        "assertion_name": name,
        "assertion_type": kind,
        "expected_value": expected,
        "actual_value": actual,
        "passed": True,
    }


@asynccontextmanager
async def _without_triggers(connection: Connection) -> AsyncGenerator[None]:
    await _switch_triggers(connection, "disable")
    try:
        yield
    finally:
        await _switch_triggers(connection, "enable")


async def _switch_triggers(connection: Connection, switch: str) -> None:
    for row in await fetch(connection, SWITCH, [switch, list(TRIGGERED)]):
        await connection.execute(row["command"].encode())
