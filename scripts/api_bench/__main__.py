"""`scripts/bench api`: how fast the service answers, and what it adds to PostgREST; prints JSON."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvloop

from scripts.api_bench.calls import list_database_calls, list_service_calls
from scripts.api_bench.client import Ask, measure_processor, open_client
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
    """Measure each call of the service, and what it asks PostgREST for."""
    stage = await prepare(stack.details, service)
    direct = list_database_calls(stage)
    document: dict[str, Any] = {"connections": arguments.connections}
    async with open_client(stage) as client:
        asks = client.list_asks()
        for name, call in list_service_calls(stage).items():
            measured = await measure_service(call, service, arguments)
            measurement = await measure(direct[name], arguments.requests, arguments.connections)
            plain = measurement.to_document()
            ratio = measured["requests_per_second"] / plain["requests_per_second"]
            added = await measure_added(asks[name], measured["service_cpu_ms"], arguments)
            document[name] = {**measured, **added, "postgrest": plain, "ratio": round(ratio, 2)}
    return document


async def measure_added(
    ask: Ask, service_cpu_ms: float, arguments: argparse.Namespace
) -> dict[str, float]:
    """Measure what our client for PostgREST costs alone, and so what the service adds to it."""
    client_cpu_ms = await measure_processor(ask, arguments.requests, arguments.connections)
    return {
        "client_cpu_ms": round(client_cpu_ms, 2),
        "added_cpu_ms": round(service_cpu_ms - client_cpu_ms, 2),
    }


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
            document = uvloop.run(perform(stack, service, arguments))
    print(json.dumps(document, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
