"""The only place that asks the machine what time it is."""

import time
from datetime import UTC, datetime
from typing import Protocol


def to_milliseconds(seconds: float) -> float:
    """A span in whole microseconds, written as milliseconds."""
    return int(seconds * 1_000_000 + 0.5) / 1000


class Clock(Protocol):
    """Wall clock and stopwatch, so that tests can move time instead of waiting for it."""

    def now(self) -> datetime:
        """Return the current instant, always in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go backwards; only differences mean something."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.monotonic()
