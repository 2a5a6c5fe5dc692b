"""What processes use, as Linux counts it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

KILOBYTE = 1000


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds of several process trees by name, at one moment."""

    seconds: Mapping[str, float]

    @classmethod
    def read(cls, roots: Mapping[str, int]) -> Self:
        """Add up each root process and its descendants; a root within a tree counts by itself."""
        children = _read_children()
        others = set(roots.values())
        return cls(
            {name: _sum_seconds(root, children, others - {root}) for name, root in roots.items()}
        )

    def since(self, earlier: Self) -> dict[str, float]:
        """Return the processor seconds that were used between the two moments."""
        return {name: round(now - earlier.seconds[name], 2) for name, now in self.seconds.items()}


def read_memory(pid: int) -> float:
    """Return the private memory of a process in kilobytes."""
    rollup = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    private = (line.split() for line in rollup if line.startswith("Private_"))
    return sum(int(fields[1]) for fields in private) * 1024 / KILOBYTE


def _sum_seconds(root: int, children: Mapping[int, list[int]], others: set[int]) -> float:
    waiting, ticks = [root], 0
    while waiting:
        pid = waiting.pop()
        ticks += _read_ticks(pid)
        waiting += [child for child in children.get(pid, []) if child not in others]
    return ticks / os.sysconf("SC_CLK_TCK")


def _read_children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for directory in Path("/proc").glob("[0-9]*"):
        fields = _read_fields(int(directory.name))
        if fields:
            children.setdefault(int(fields[1]), []).append(int(directory.name))
    return children


def _read_ticks(pid: int) -> int:
    """User and system time, which are the 14th and 15th field."""
    fields = _read_fields(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _read_fields(pid: int) -> list[str]:
    """The fields after the name, which may hold spaces; none when the process has ended."""
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
