"""The stack in the background: started, found again and stopped by its installation directory."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from scripts.local_supabase.children import read_tail
from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.file_locks import hold_lock
from scripts.local_supabase.installation import find_running, find_supervisor
from scripts.local_supabase.layout import PROJECT, Layout, create_directories
from scripts.local_supabase.postgres_binaries import remove_unused_binaries
from scripts.local_supabase.templates import remove_templates

START_DEADLINE_SECONDS = 60
STOP_DEADLINE_SECONDS = 15
POLL_SECONDS = 0.05
ENVIRONMENT_NAMES = {
    "SUPABASE_URL": "supabase_url",
    "SUPABASE_PUBLISHABLE_KEY": "publishable_key",
    "SUPABASE_SECRET_KEY": "secret_key",
    "SUPABASE_JWT_SECRET": "jwt_secret",
    "SUPABASE_DB_URL": "database_url",
}


class DaemonError(LocalSupabaseError):
    """The stack in the background did not start or did not stop."""


def start(layout: Layout, arguments: Sequence[str]) -> dict[str, Any]:
    """Return what the running stack reports, after starting it if need be; raise DaemonError."""
    create_directories(layout)
    with hold_lock(layout.launch_lock):
        if find_supervisor(layout) is None:
            _launch(layout, arguments)
        else:
            _wait(lambda: _is_settled(layout), START_DEADLINE_SECONDS, "does not become ready")
    return get_running(layout)


def stop(layout: Layout) -> bool:
    """Return whether there was a stack to stop; raise DaemonError when it does not end."""
    supervisor = find_supervisor(layout)
    if supervisor is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(supervisor, signal.SIGTERM)
    _wait(lambda: find_supervisor(layout) is None, STOP_DEADLINE_SECONDS, "does not stop")
    return True


def delete(layout: Layout) -> None:
    """Remove a stopped installation with everything in it, and what new ones are made from."""
    remove_templates(layout.binaries.parent)
    if layout.installation.exists():
        shutil.rmtree(layout.installation)
    remove_unused_binaries(layout.binaries)


def get_running(layout: Layout) -> dict[str, Any]:
    """Return what the running stack reports; raise DaemonError when none runs."""
    description = find_running(layout)
    if description is None:
        raise DaemonError("The local Supabase does not run: scripts/up starts it")
    return description


def render_environment(description: dict[str, Any]) -> str:
    """Return the settings of the service as lines of an .env file."""
    return "\n".join(f"{name}={description[key]}" for name, key in ENVIRONMENT_NAMES.items())


def _launch(layout: Layout, arguments: Sequence[str]) -> None:
    """Start the supervisor in a session of its own; it says on stdout that it is ready."""
    log = layout.log("supervisor")
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.local_supabase", "run", *arguments],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stream,
            start_new_session=True,
        )
    try:
        ready = process.stdout.readline() if process.stdout else b""
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    if not ready:
        raise DaemonError(f"The local Supabase did not start:\n{read_tail(log)}")


def _is_settled(layout: Layout) -> bool:
    return find_supervisor(layout) is None or find_running(layout) is not None


def _wait(condition: Callable[[], bool], seconds: float, problem: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise DaemonError(f"The local Supabase {problem} within {seconds} s")
        time.sleep(POLL_SECONDS)
