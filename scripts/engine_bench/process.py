"""
One measured process: runs a plan from a file against a target, and prints what it took as JSON.

`python -m scripts.engine_bench.process <core> <concurrency> <plan file>`; without a target of its
own (`--instant`) every answer is there at once, so that only the engine is measured.
"""

import os
import sys
import time
from collections import Counter
from contextlib import aclosing
from pathlib import Path
from typing import Any

import orjson
import uvloop

from app.core.collector import relax_collector
from app.engine import (
    Plan,
    PreparedRequest,
    ReceivedResponse,
    RunOptions,
    Scope,
    TestEnded,
    Transport,
    run,
)
from app.engine.transports.direct_transport import DirectTransport
from scripts.engine_bench.suites import SECRET


class InstantTransport:
    """Gives every item at once."""

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """The item whose number the address ends with."""
        number = int(request.url.rpartition("/")[2])
        body = b'{"id":%d,"name":"item","tags":["a","b"],"stock":7}' % number
        headers = (("content-type", "application/json"), ("x-timeout", str(timeout)))
        return ReceivedResponse(status_code=200, headers=headers, body=body)

    async def aclose(self) -> None:
        """Nothing is held."""


async def measure(document: dict[str, Any], transport: Transport, concurrency: int) -> Any:
    """Requests a second, CPU of this process, and the time of every test in milliseconds."""
    planning = time.process_time()
    plan = Plan.from_document(document)
    scope = Scope.from_document(document, {"SECRET": SECRET})
    started, cpu_started = time.perf_counter(), time.process_time()
    statuses: Counter[str] = Counter()
    durations: list[float] = []
    events = 0
    async for event in run(plan, scope, transport, RunOptions(concurrency=concurrency)):
        events += 1
        if isinstance(event, TestEnded):
            statuses[event.result.status.value] += 1
            durations.append(event.result.duration_ms)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    return {
        "tests": len(plan.tests),
        "statuses": dict(statuses),
        "events": events,
        "requests_per_second": round(len(plan.tests) / seconds, 1),
        "cpu_microseconds_per_request": round(cpu_seconds / len(plan.tests) * 1e6, 1),
        "plan_microseconds_per_test": round((cpu_started - planning) / len(plan.tests) * 1e6, 1),
        "p50_ms": _find_quantile(durations, 0.5),
        "p99_ms": _find_quantile(durations, 0.99),
        "peak_megabytes": _read_peak_megabytes(),
    }


def _read_peak_megabytes() -> float:
    """Of this process alone: what getrusage tells was handed down from the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return round(int(peak.split()[1]) / 1024, 1)


def _find_quantile(values: list[float], share: float) -> float:
    return round(sorted(values)[int(len(values) * share)], 3)


async def main(concurrency: int, path: str, is_instant: bool) -> None:
    """Print the measurement."""
    transport = InstantTransport() if is_instant else DirectTransport()
    async with aclosing(transport):
        document = orjson.loads(Path(path).read_bytes())  # noqa: ASYNC240
        measured = await measure(document, transport, concurrency)
    print(orjson.dumps(measured).decode())


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    relax_collector()
    uvloop.run(main(int(sys.argv[2]), sys.argv[3], "--instant" in sys.argv))
