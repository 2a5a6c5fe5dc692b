"""`scripts/bench api`: how fast the service answers, and what it adds to PostgREST; prints JSON."""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts.api_bench.calls import list_database_calls, list_service_calls
from scripts.api_bench.load import Call, measure
from scripts.api_bench.stage import prepare
from scripts.demonstration.components import LocalSupabase, Service
from scripts.demonstration.stage import end_on_sigterm
from scripts.process_usage import Usage

# Runs are started and stay in the queue: what is measured is the API alone.
SETTINGS = {
    "RUN_WORKER_IN_API": "false",
    "REQUESTS_PER_MINUTE": "1000000",
    "HOOK_DELIVERIES_PER_MINUTE": "1000000",
}


async def perform(
    stack: LocalSupabase, service: Service, arguments: argparse.Namespace
) -> dict[str, Any]:
    """Measure each call of the service, and the same of PostgREST where there is one."""
    stage = await prepare(stack.details, service)
    direct = list_database_calls(stage)
    document: dict[str, Any] = {"connections": arguments.connections}
    for name, call in list_service_calls(stage).items():
        measured = await measure_service(call, service, arguments)
        if name in direct:
            measurement = await measure(direct[name], arguments.requests, arguments.connections)
            plain = measurement.to_document()
            ratio = measured["requests_per_second"] / plain["requests_per_second"]
            measured |= {"postgrest": plain, "ratio": round(ratio, 2)}
        document[name] = measured
    return document


async def measure_service(
    call: Call, service: Service, arguments: argparse.Namespace
) -> dict[str, Any]:
    """Measure one call, the processor time of the service included."""
    before = Usage.read({"service": service.pid})
    measurement = await measure(call, arguments.requests, arguments.connections)
    seconds = Usage.read({"service": service.pid}).since(before)["service"]
    alone = await measure(call, arguments.requests // 4, 1)
    return {
        **measurement.to_document(),
        "service_cpu_ms": round(seconds * 1000 / measurement.sent, 2),
        "one_connection": alone.to_document(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench api", description=__doc__)
    parser.add_argument("--requests", type=int, default=2_000, help="of each call")
    parser.add_argument("--connections", type=int, default=64)
    arguments = parser.parse_args()
    end_on_sigterm()
    with tempfile.TemporaryDirectory() as directory:
        logs = Path(directory)
        with (
            LocalSupabase(logs / "supabase.log") as stack,
            Service(stack.details, logs / "service.log", SETTINGS) as service,
        ):
            document = asyncio.run(perform(stack, service, arguments))
    print(json.dumps(document, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
