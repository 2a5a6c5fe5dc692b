"""Time that passes only when everybody waits, and then at once."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

Result = TypeVar("Result")

MIDNIGHT = datetime(2026, 1, 2, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):
    """Instead of waiting, moves the time on; where nothing will ever happen, it says so."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        super().__init__()
        self._advance = advance

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events and timeout is None:
            raise AssertionError("everybody waits, and nothing will ever happen")
        if not events and timeout:
            self._advance(timeout)
        return events


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock is moved, not waited for; it starts at 0."""

    _now = 0.0

    def __init__(self) -> None:
        super().__init__(_Selector(self._advance))

    def time(self) -> float:
        return self._now

    def _advance(self, seconds: float) -> None:
        self._now += seconds


class VirtualClock:
    """The clock of the running loop, as the engine reads clocks."""

    def now(self) -> datetime:
        return MIDNIGHT + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


def run_in_virtual_time(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end, however long it takes in there."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(coroutine)
