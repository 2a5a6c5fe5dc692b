"""Stacks that a test starts, interrupts and kills itself, and what is left of them afterwards."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.local_supabase.layout import PROJECT

ENDED_STATES = ("Z", "X")
POLL_SECONDS = 0.02
DEADLINE_SECONDS = 30


class StackProcess:
    """`python -m scripts.local_supabase run` and the processes it has started so far."""

    def __init__(self, log: Path, arguments: Sequence[str]) -> None:
        self.log = log
        self.descendants: set[int] = set()
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scripts.local_supabase", "run", *arguments],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                start_new_session=True,
            )

    def wait_ready(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        self.observe()
        return json.loads(line)

    def observe(self) -> None:
        self.descendants |= find_descendants(self.process.pid)

    def wait_program(self, name: str) -> None:
        """Wait until the stack has started a program of this name."""

        def has_started() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            self.observe()
            return any(read_program(pid) == name for pid in self.descendants)

        wait_until(has_started)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait_ended(self, seconds: float = DEADLINE_SECONDS) -> int:
        """Return the exit code; new children are noticed while it stops."""

        def has_ended() -> bool:
            self.observe()
            return self.process.poll() is not None

        wait_until(has_ended, seconds)
        return self.process.returncode

    def wait_nothing_left(self, seconds: float = 5) -> None:
        wait_until(lambda: not any(is_running(pid) for pid in self.descendants), seconds)


@contextmanager
def running_stack(log: Path, *arguments: str) -> Generator[StackProcess]:
    """Start a stack; it is gone at the end of the block, whatever the test did to it."""
    stack = StackProcess(log, arguments)
    try:
        yield stack
    finally:
        if stack.process.poll() is None:
            stack.signal(signal.SIGTERM)
        stack.process.wait(DEADLINE_SECONDS)
        for pipe in (stack.process.stdin, stack.process.stdout):
            if pipe is not None:
                pipe.close()


def wait_until(condition: Callable[[], bool], seconds: float = DEADLINE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(POLL_SECONDS)


def find_descendants(pid: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for process, (parent, _) in _read_processes().items():
        children.setdefault(parent, []).append(process)
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.add(child)
            waiting.append(child)
    return found


def is_running(pid: int) -> bool:
    """Whether the process exists and is more than an entry that nobody has read yet."""
    process = _read_process(Path("/proc", str(pid), "stat"))
    return process is not None and process[1] not in ENDED_STATES


def read_program(pid: int) -> str:
    try:
        return Path("/proc", str(pid), "comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _read_processes() -> dict[int, tuple[int, str]]:
    """Return the parent and the state of every process."""
    found: dict[int, tuple[int, str]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        process = _read_process(status)
        if process is not None:
            found[int(status.parent.name)] = process
    return found


def _read_process(status: Path) -> tuple[int, str] | None:
    try:
        state, parent = status.read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(parent), state
