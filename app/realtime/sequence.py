"""Merging of broadcasts and log reads into one gapless sequence."""

from collections.abc import Iterable

from app.realtime.models import Event


class EventSequence:
    """
    The recent end of an event log, complete and in order up to `position`.

    Events may be offered late, twice, out of order or never: what cannot be appended yet is set
    aside (bounded), and `has_gap` tells that the log must be read after `position`.
    At least the newest `capacity` events are kept, at most twice as many.
    """

    def __init__(self, position: int, capacity: int) -> None:
        self.position = position
        self._capacity = capacity
        self._head = position
        self._recent: list[Event] = []
        self._ahead: dict[int, Event] = {}

    @property
    def newest(self) -> Event | None:
        """The event at `position`, if it came by here."""
        return self._recent[-1] if self._recent else None

    @property
    def has_gap(self) -> bool:
        """Whether an event exists that does not directly follow what we have."""
        return self._head > self.position

    @property
    def kept_count(self) -> int:
        """How many events are held in memory, at most three times the capacity."""
        return len(self._recent) + len(self._ahead)

    def offer(self, events: Iterable[Event]) -> bool:
        """Take in what is new and tell whether `position` advanced."""
        before = self.position
        for event in events:
            self._head = max(self._head, event.seq)
            if event.seq == self.position + 1:
                self._append(event)
            elif event.seq > self.position and len(self._ahead) < self._capacity:
                self._ahead[event.seq] = event
        return self.position > before

    def get_after(self, seq: int, limit: int) -> tuple[Event, ...] | None:
        """Return at most `limit` events that follow `seq`; None when they are no longer kept."""
        first = self.position - len(self._recent) + 1
        start = seq + 1 - first
        if start < 0:
            return None
        return tuple(self._recent[start : start + limit])

    def _append(self, event: Event) -> None:
        following: Event | None = event
        while following is not None:
            self._recent.append(following)
            self.position = following.seq
            following = self._ahead.pop(self.position + 1, None)
        if len(self._recent) > 2 * self._capacity:
            del self._recent[: -self._capacity]
