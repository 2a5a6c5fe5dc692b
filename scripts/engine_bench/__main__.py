"""
`python -m scripts.engine_bench`: measures the engine on one core, the target on another; prints JSON.

Everything runs in processes of its own, several times in turn; medians are printed, and the best
beside them, because other work on the machine only ever makes them worse.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from scripts.engine_bench.hurl import find_hurl, measure_hurl
from scripts.engine_bench.suites import build_chains, build_independent

CONCURRENCY = 16

# Measured on a quiet machine (`docs` of the project: HTTP clients and peer runners).
HURL = {"requests_per_second": 3571, "default_jobs": 2128}


class Bench:
    """The target, and processes measured against it."""

    def __init__(self, base_url: str, folder: Path, repetitions: int) -> None:
        self._base_url = base_url
        self._folder = folder
        self._repetitions = repetitions
        self._environment = _compile_into(folder / "bytecode")
        self.core = min(os.sched_getaffinity(0))

    def measure(self) -> dict[str, Any]:
        """Everything; fails when a test failed or the target did not see a request."""
        return {
            "independent_1000": self._run(build_independent(1_000, self._base_url)),
            "chains_250": self._run(build_chains(250, self._base_url)),
            "steady_20000": self._run(build_independent(20_000, self._base_url)),
            "steady_chains_20000": self._run(build_chains(5_000, self._base_url)),
            "overhead": self._run(self._build_items(1_000), "--instant", concurrency=1),
            "scheduling": {
                str(count): self._run(self._build_items(count), "--instant")
                for count in (1_000, 5_000, 10_000)
            },
            "bare": {name: self._run_bare(name) for name in ("pyreqwest", "direct")},
            "hurl": self._run_hurl(),
        }

    def _build_items(self, count: int) -> dict[str, Any]:
        return build_independent(count, self._base_url)

    def _run(
        self, plan: dict[str, Any], *flags: str, concurrency: int = CONCURRENCY
    ) -> dict[str, Any]:
        path = self._folder / "plan.json"
        path.write_text(json.dumps(plan))
        arguments = [str(self.core), str(concurrency), str(path), *flags]
        measured = [
            self._measure_process("process", arguments, 0 if flags else len(plan["tests"]))
            for _ in range(self._repetitions)
        ]
        for one in measured:
            if one["statuses"] != {"passed": len(plan["tests"])}:
                raise SystemExit(f"not every test passed: {one['statuses']}")
        return _summarise(measured)

    def _run_bare(self, library: str) -> dict[str, Any]:
        arguments = [str(self.core), library, "20000", self._base_url]
        runs = range(self._repetitions)
        return _summarise([self._measure_process("bare", arguments, 20_000) for _ in runs])

    def _measure_process(self, module: str, arguments: list[str], requests: int) -> dict[str, Any]:
        before, started = count_requests(self._base_url), time.perf_counter()
        command = [sys.executable, "-m", f"scripts.engine_bench.{module}", *arguments]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env=self._environment
        )
        seconds = time.perf_counter() - started
        seen = count_requests(self._base_url) - before
        if seen != requests:
            raise SystemExit(f"the target saw {seen} requests of {requests}")
        return json.loads(done.stdout) | {"whole_process_seconds": round(seconds, 3)}

    def _run_hurl(self) -> dict[str, Any]:
        command = find_hurl()
        if command is None:
            return {"is_installed": False, "measured_elsewhere": HURL}
        runs = [
            measure_hurl(command, 1_000, self._base_url, self.core, self._folder)
            for _ in range(self._repetitions)
        ]
        return {"is_installed": True, "requests_per_second": statistics.median(runs)}


def _compile_into(folder: Path) -> dict[str, str]:
    """The environment of processes that find their modules compiled, as installed ones are."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"PYTHONPYCACHEPREFIX": str(folder)}
    for module in ("process", "bare"):
        command = [sys.executable, "-c", f"import scripts.engine_bench.{module}"]
        subprocess.run(command, check=True, env=environment)
    return environment


def _summarise(measured: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of all numbers, and the best of those that say how fast it is."""
    names = [name for name, value in measured[0].items() if not isinstance(value, dict)]
    summary = {name: statistics.median(one[name] for one in measured) for name in names}
    best = max(one["requests_per_second"] for one in measured)
    least = min(one["cpu_microseconds_per_request"] for one in measured)
    return summary | {
        "best_requests_per_second": best,
        "least_cpu_microseconds_per_request": least,
    }


def count_requests(base_url: str) -> int:
    """How many the target has seen so far, without those that ask it."""
    return httpx.get(f"{base_url}/count/").json()["count"]


@contextmanager
def serving(core: int) -> Generator[str]:
    """A target on a core of its own; yields its address."""
    command = [sys.executable, "-m", "scripts.engine_bench.target", str(core)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench engine", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    with serving(max(os.sched_getaffinity(0))) as url, tempfile.TemporaryDirectory() as folder:
        measured = Bench(url, Path(folder), options.repetitions).measure()
    load = round(os.getloadavg()[0], 2)
    print(json.dumps(measured | {"load_average": load}, indent=2))


if __name__ == "__main__":
    main()
