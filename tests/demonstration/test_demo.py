"""The demonstration as its users call it: to its end, and broken off at any moment."""

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any, Self

import pytest

from scripts.demonstration.processes import PROJECT

DEMO = [sys.executable, "-m", "scripts.demonstration", "--json"]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="orphans can be found on Linux"),
    # Starts a second stack beside the one of the test process, on a machine that may be busy.
    pytest.mark.timeout(300),
]


@dataclass(frozen=True)
class Performance:
    """How a call of the demonstration went."""

    exit_code: int
    lines: list[str]
    left_at_once: list[str]
    left: list[str]

    @classmethod
    async def attend(cls, signal_name: str = "none", moment: str = "") -> Self:
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "tests.demonstration.attendant", signal_name, moment, *DEMO],
            cwd=PROJECT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        return cls(**json.loads(output))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


async def test_every_expectation_holds() -> None:
    performance = await Performance.attend()
    report: dict[str, Any] = json.loads(performance.lines[-1])
    broken = [name for name, held in report["expectations"].items() if not held]
    assert (broken, performance.exit_code, report["ok"]) == ([], 0, True), performance.text
    assert report["status"] == "failed"
    assert report["counts"] == {"total": 7, "passed": 5, "failed": 1, "skipped": 1, "error": 0}
    assert report["events"]["run_completed"] == 1
    assert performance.left_at_once == []


@pytest.mark.parametrize(
    ("signal_name", "moment"),
    [
        ("SIGINT", ""),
        ("SIGTERM", "Local Supabase"),
        ("SIGINT", "The service"),
        ("SIGTERM", "Run "),
        ("SIGKILL", "The service"),
    ],
    ids=["first child", "stack ready", "service ready", "in the run", "killed"],
)
async def test_an_interrupt_leaves_no_process(signal_name: str, moment: str) -> None:
    performance = await Performance.attend(signal_name, moment)
    assert performance.left == [], performance.text
    assert performance.exit_code == (-9 if signal_name == "SIGKILL" else 130), performance.text
