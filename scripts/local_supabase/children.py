"""Child processes that never outlive the supervisor."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.local_supabase.account import ServerAccount
from scripts.local_supabase.errors import LocalSupabaseError

PR_SET_PDEATHSIG = 1
LOG_TAIL_BYTES = 3000
_LIBC = ctypes.CDLL(None)


class ChildFailedError(LocalSupabaseError):
    """A child process ended by itself; the message carries the end of its log."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to execute, and how it is asked to end."""

    name: str
    arguments: Sequence[str | Path]
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    account: ServerAccount | None = None
    reports_on_stdout: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A running command and its log."""

    command: Command
    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def check_running(self) -> None:
        if self.process.returncode is not None:
            raise self._failure()

    def check_succeeded(self) -> None:
        if self.process.returncode != 0:
            raise self._failure()

    def _failure(self) -> ChildFailedError:
        return ChildFailedError(
            f"{self.command.name} ended with code {self.process.returncode}. "
            f"The end of {self.log}:\n{read_tail(self.log)}"
        )

    async def read_report(self) -> bytes:
        """Return the line that the process prints when it is ready; raise ChildFailedError."""
        stdout = self.process.stdout
        line = await stdout.readline() if stdout is not None else b""
        if not line:
            await self.process.wait()
            raise self._failure()
        return line

    async def wait_failed(self) -> None:
        """Wait until the process ends by itself, then raise ChildFailedError."""
        await self.process.wait()
        self.check_running()

    async def stop(self, patience: float = 2.0) -> None:
        """End the process and everything it started; `patience` in seconds before it is killed."""
        if self.process.returncode is None:
            self._signal(self.command.stop_signal)
            self._signal(signal.SIGCONT)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self.process.wait()
        self._signal(signal.SIGKILL)
        await self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if number in (signal.SIGKILL, signal.SIGCONT):
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)


async def start_child(command: Command, log: Path) -> Child:
    """Start `command` in its own process group, out of reach of the terminal's Ctrl-C."""
    starting = asyncio.ensure_future(_spawn(command, log))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # It exists by now, or is about to: nobody else would end it.
        child = await starting
        await child.stop()
        raise


async def run_to_end(command: Command, log: Path) -> None:
    """Wait until the command has done its work; raise ChildFailedError."""
    child = await start_child(command, log)
    try:
        await child.process.wait()
    finally:
        await child.stop()
    child.check_succeeded()


async def _spawn(command: Command, log: Path) -> Child:
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            *command.arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE if command.reports_on_stdout else stream,
            stderr=stream,
            env=dict(command.environment),
            cwd="/",
            start_new_session=True,
            preexec_fn=_prepare_child(command, os.getpid()),
        )
    return Child(command, process, log)


def _prepare_child(command: Command, parent: int) -> Callable[[], None]:
    """Changing the account clears the death signal, so the account comes first."""

    def prepare() -> None:
        if command.account is not None:
            command.account.become()
        set_death_signal(command.death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def set_death_signal(number: signal.Signals) -> None:
    """Let this process receive a signal when its parent ends; nothing happens elsewhere than on Linux."""
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, number)


def read_tail(log: Path) -> str:
    """Return the last lines of a log file."""
    content = log.read_bytes() if log.exists() else b""
    return content[-LOG_TAIL_BYTES:].decode(errors="replace").strip()
