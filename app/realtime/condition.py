"""Whether a topic's events arrive at once, late or not at all for now."""

from datetime import timedelta
from typing import Literal

from app.core.clock import Clock
from app.realtime.events import Degraded, describe
from app.realtime.topics import TopicName
from app.realtime.window import Window

Trouble = Literal["realtime", "database"]


class FeedCondition:
    """
    Tells the viewers of a topic when they have to be patient, and when that is over.

    Losing the topic for a moment is no trouble: everybody is told only after `patience`.
    """

    def __init__(self, topic: TopicName, window: Window, patience: timedelta, clock: Clock) -> None:
        self._topic = topic
        self._window = window
        self._patience = patience.total_seconds()
        self._clock = clock
        self._lost_at: float | None = clock.monotonic()
        self._is_log_readable = True
        self._told: Trouble | None = None

    @property
    def is_joined(self) -> bool:
        """Whether broadcasts arrive, as far as we know."""
        return self._lost_at is None

    @property
    def is_degraded(self) -> bool:
        """Whether the viewers were told to be patient."""
        return self._told is not None

    def report_joined(self) -> None:
        """Broadcasts arrive from now on."""
        self._lost_at = None
        self.update()

    def report_lost(self) -> None:
        """Broadcasts do not arrive."""
        if self._lost_at is None:
            self._lost_at = self._clock.monotonic()

    def report_log(self, *, is_readable: bool) -> None:
        """Say how the latest read of the log ended."""
        self._is_log_readable = is_readable
        self.update()

    def update(self) -> None:
        """Tell the viewers if something has changed."""
        trouble = self._find_trouble()
        if trouble != self._told:
            self._told = trouble
            data = Degraded(degraded=trouble is not None, reason=trouble)
            self._window.set_state(describe(self._topic, "degraded", data, self._clock))

    def _find_trouble(self) -> Trouble | None:
        if not self._is_log_readable:
            return "database"
        if self._lost_at is None or self._clock.monotonic() - self._lost_at < self._patience:
            return None
        return "realtime"
