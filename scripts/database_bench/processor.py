"""Time of the processor that one process takes, as Linux counts it."""

import os
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class Processor:
    """Adds the time of a process up by name; counts nothing on systems without /proc."""

    def __init__(self, pid: int) -> None:
        self._statistics = Path("/proc", str(pid), "stat")
        self._ticks = Counter[str]()

    @contextmanager
    def count(self, name: str) -> Generator[None]:
        """Count what the process uses within the block."""
        before = self._read_ticks()
        yield
        self._ticks[name] += self._read_ticks() - before

    def divide(self, amount: int, name: str) -> int | None:
        """Return the amount per second of processor time, or None when none was counted."""
        seconds = self._ticks[name] / os.sysconf("SC_CLK_TCK")
        return round(amount / seconds) if seconds else None

    def _read_ticks(self) -> int:
        if not self._statistics.exists():
            return 0
        # User and system time are the 14th and 15th field; the name before them may hold spaces.
        fields = self._statistics.read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
