"""Locks between processes, released by the kernel when their holder ends in whatever way."""

import contextlib
import fcntl
from collections.abc import Generator
from pathlib import Path
from typing import TextIO


def try_lock(path: Path) -> TextIO | None:
    """Return the locked file, open for appending; None when another process holds it."""
    stream = path.open("a+")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    return stream


@contextlib.contextmanager
def hold_lock(path: Path, *, shared: bool = False) -> Generator[None]:
    """Wait for the lock and keep it inside the block, alone or together with others who share it."""
    with path.open("a+") as stream:
        fcntl.flock(stream, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
