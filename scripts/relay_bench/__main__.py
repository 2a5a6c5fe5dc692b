"""`scripts/bench relay`: how fast, and how faithfully, viewers get what a run commits; prints JSON."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.demonstration.components import LocalSupabase, Service
from scripts.demonstration.stage import end_on_sigterm
from scripts.relay_bench.performance import Plan, Stage, perform


def build_plans(arguments: argparse.Namespace) -> Iterator[Plan]:
    """First many viewers of one run, then many runs."""
    kind = "sockets" if arguments.sockets else "streams"
    for viewers in arguments.viewers:
        yield Plan(kind, viewers, 1, arguments.tests, arguments.tests_per_second)
    if arguments.runs > 0:
        tests = max(1, arguments.tests // 10)
        pace = arguments.tests_per_second * 4
        yield Plan(kind, arguments.viewers_of_runs, arguments.runs, tests, pace)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench relay", description=__doc__)
    parser.add_argument(
        "--viewers", type=int, nargs="*", default=[100, 500, 2000], help="of one run"
    )
    parser.add_argument("--sockets", action="store_true", help="WebSockets instead of streams")
    parser.add_argument("--tests", type=int, default=1000, help="of the run; a tenth in many runs")
    parser.add_argument("--tests-per-second", type=int, default=100, help="four times in many runs")
    parser.add_argument("--runs", type=int, default=50, help="at a time, for the last scene; or 0")
    parser.add_argument("--viewers-of-runs", type=int, default=500, help="of those runs together")
    plans = list(build_plans(parser.parse_args()))
    end_on_sigterm()
    with tempfile.TemporaryDirectory() as directory:
        logs = Path(directory)
        with LocalSupabase(logs / "supabase.log") as stack:
            settings = {"RUN_WORKER_IN_API": "false", "LOG_LEVEL": "WARNING"}
            for plan in plans:
                # A process of its own for each, so that memory is compared with that of a fresh one.
                with Service(stack.details, logs / "service.log", settings) as service:
                    document = asyncio.run(perform(Stage(stack, service), plan))
                    print(json.dumps(document, indent=2), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
