"""Children of the demonstration and of the tests: each ends when we do, however we end."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Self

import httpx

PROJECT = Path(__file__).resolve().parent.parent.parent
LOG_TAIL = 4_000


class ChildFailedError(Exception):
    """A child did not become ready, or ended before it was asked to; the message ends with its log."""


def find_free_port() -> int:
    """Return a port that nothing listens on, below those that the system gives to connections."""
    while True:
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", secrets.randbelow(16_000) + 16_000))
            return int(listener.getsockname()[1])


class Child:
    """One Python module as a child process, in a process group of its own."""

    reads_output = False

    def __init__(
        self, arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.arguments = list(arguments)
        self.log = log
        self.environment = dict(environment or {})
        self.process: subprocess.Popen[str] | None = None

    def start(self, timeout_seconds: float = 60.0) -> None:
        """Start the process and wait until it is ready; it does not outlive a failure to start."""
        try:
            self.launch()
            self.wait_until_ready(timeout_seconds)
        except BaseException:
            self.stop()
            raise

    def wait_until_ready(self, timeout_seconds: float = 60.0) -> None:
        """Block until the process can be used; raises ChildFailedError when it cannot."""

    def launch(self) -> None:
        """Start the process; its errors and, unless it is read, its output go to the log."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                cwd=PROJECT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self.reads_output else log,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """The id of the process; raises ChildFailedError when there is none."""
        if self.process is None:
            raise self.failure("is not running")
        return self.process.pid

    def stop(self, timeout_seconds: float = 15.0) -> None:
        """Ask the process to end, wait for it, and insist when it does not."""
        process = self.process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self.forget()

    def kill(self) -> None:
        """End the process and what it started, as a crash would."""
        process = self.process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.forget()

    def forget(self) -> None:
        process, self.process = self.process, None
        for pipe in (process.stdin, process.stdout) if process else ():
            if pipe is not None:
                pipe.close()

    def log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-LOG_TAIL:] if self.log.exists() else ""

    def failure(self, what: str) -> ChildFailedError:
        return ChildFailedError(f"{' '.join(self.arguments)}: {what}\n{self.log_tail()}")

    def restart(self) -> None:
        self.stop()
        self.start()

    @contextlib.contextmanager
    def launched(self) -> Generator[Self]:
        """Launch without waiting, to start several at a time."""
        try:
            self.launch()
            yield self
        finally:
            self.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class HttpChild(Child):
    """A child that serves HTTP on a free port of 127.0.0.1."""

    def __init__(
        self,
        arguments: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        ready_path: str,
    ) -> None:
        self.port = find_free_port()
        self.ready_path = ready_path
        placed = [argument.format(port=self.port) for argument in arguments]
        super().__init__(["scripts.attended", *placed], log, environment)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self, timeout_seconds: float = 60.0) -> None:
        """Poll the readiness address until it answers 200."""
        deadline = time.monotonic() + timeout_seconds
        answer = ""
        # A client for each question would take more of the processor than what is waited for.
        with httpx.Client(timeout=5.0) as client:
            while time.monotonic() < deadline:
                if not self.running:
                    raise self.failure("ended before it was ready")
                answer = fetch_answer(client, self.url + self.ready_path)
                if answer.startswith("200"):
                    return
                time.sleep(0.02)
        raise self.failure(f"was not ready after {timeout_seconds} s: {answer}")


def fetch_answer(client: httpx.Client, url: str) -> str:
    """The status and body, or why there is none."""
    try:
        response = client.get(url)
    except httpx.HTTPError as error:
        return f"no answer: {error!r}"
    return f"{response.status_code} {response.text}"
