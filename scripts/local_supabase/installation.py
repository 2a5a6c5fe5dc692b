"""One supervisor per installation: its lock, and what it tells about the running stack."""

import contextlib
import json
import os
import shutil
from collections.abc import Generator
from typing import Any

from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.file_locks import try_lock
from scripts.local_supabase.keys import write_private
from scripts.local_supabase.layout import EPHEMERAL_PREFIX, Layout, default_home


class AlreadyRunningError(LocalSupabaseError):
    """Another supervisor runs this installation."""


@contextlib.contextmanager
def hold_installation(layout: Layout) -> Generator[None]:
    """Be the only supervisor of the installation; raise AlreadyRunningError."""
    lock = try_lock(layout.lock)
    if lock is None:
        raise AlreadyRunningError(
            f"A local Supabase already runs on {layout.installation} (process {find_supervisor(layout)}); "
            "stop it with scripts/down or choose another directory with --data"
        )
    with lock:
        layout.state.unlink(missing_ok=True)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            layout.state.unlink(missing_ok=True)


def find_supervisor(layout: Layout) -> int | None:
    """Return the process id of the supervisor; None when the installation does not run."""
    if not layout.lock.exists():
        return None
    lock = try_lock(layout.lock)
    if lock is not None:
        lock.close()
        return None
    written = layout.lock.read_text()
    return int(written) if written else None


def record_running(layout: Layout, description: dict[str, Any]) -> None:
    write_private(layout.state, json.dumps(description))


def find_running(layout: Layout) -> dict[str, Any] | None:
    """Return what the running supervisor reported when it was ready."""
    if find_supervisor(layout) is None or not layout.state.exists():
        return None
    return json.loads(layout.state.read_text())


def remove_abandoned() -> None:
    """Remove the temporary installations of supervisors that were killed."""
    for directory in default_home().glob(f"{EPHEMERAL_PREFIX}*"):
        supervisor = directory.name.removeprefix(EPHEMERAL_PREFIX).partition("-")[0]
        if not is_alive(int(supervisor)):
            shutil.rmtree(directory, ignore_errors=True)


def is_alive(pid: int) -> bool:
    """Whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
