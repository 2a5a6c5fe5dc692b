"""Notices that an exchange takes too long, with one timer for a whole connection."""

import asyncio
from collections.abc import Callable


class SilentTargetError(Exception):
    """Nothing came for longer than the test allows."""


class Watch:
    """
    Fails exchanges that are past their deadline, or hear nothing for too long.

    The timer runs on from one exchange to the next: setting one for each would cost as much as
    reading an answer.
    """

    def __init__(self, fail: Callable[[Exception], None]) -> None:
        self._fail = fail
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._deadline: float | None = None
        self._silence: float | None = None
        self._heard_at = 0.0

    def begin(self, timeout: float, silence: float | None) -> None:
        """An exchange may take `timeout` seconds, and hear nothing for `silence` of them."""
        self._heard_at = self._loop.time()
        self._deadline, self._silence = self._heard_at + timeout, silence
        due = self._deadline if silence is None else min(self._deadline, self._heard_at + silence)
        if self._timer is None or self._timer.when() > due:
            self._set_timer(due)

    def hear(self) -> None:
        """Something came."""
        if self._silence is not None:
            self._heard_at = self._loop.time()

    def end(self) -> None:
        """The exchange is over."""
        self._deadline = None

    def close(self) -> None:
        """There will be no more exchanges."""
        self._deadline = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer, now = None, self._loop.time()
        if self._deadline is None:
            return
        quiet_until = self._deadline if self._silence is None else self._heard_at + self._silence
        if now >= self._deadline:
            self._fail(TimeoutError())
        elif now >= quiet_until:
            self._fail(SilentTargetError())
        else:
            self._set_timer(min(self._deadline, quiet_until))
