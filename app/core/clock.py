"""The only place that asks the machine what time it is."""

import time
from datetime import UTC, datetime
from typing import Protocol


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
