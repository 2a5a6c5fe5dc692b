"""The part of a topic that its viewers can see without a read, cut into frames that they share."""

from collections.abc import Callable, Iterable
from typing import Final

from app.realtime.frames import Frame
from app.realtime.models import Envelope, Event
from app.realtime.sequence import EventSequence

BATCH_SIZE: Final = 200
EVENTS_KEPT: Final = 4_000
"""A viewer that lags further behind gets a snapshot; more than one batch of results announces."""

Wake = Callable[[], None]


class Window:
    """
    The newest events of a topic and its present state.

    Viewers are cursors: the last seq and the version of the state that they have seen. However
    many there are, each frame is encoded once and each event is in memory once.
    """

    def __init__(self) -> None:
        self._events = EventSequence(0, EVENTS_KEPT)
        self._state: dict[str, tuple[int, Envelope]] = {}
        self._frames: dict[tuple[int, int], Frame] = {}
        self._wakes: set[Wake] = set()
        self._announced_at: float | None = None
        self.version = 0

    @property
    def position(self) -> int:
        """The newest seq up to which nothing is missing."""
        return self._events.position

    @property
    def newest(self) -> Event | None:
        """The event at `position`, if it came by here."""
        return self._events.newest

    @property
    def has_gap(self) -> bool:
        """Whether an event exists that does not directly follow what we have."""
        return self._events.has_gap

    def begin_at(self, position: int) -> None:
        """Expect the event that follows `position`."""
        self._events = EventSequence(position, EVENTS_KEPT)

    def offer(self, events: Iterable[Event], announced_at: float | None = None) -> None:
        """Take in what is new, and wake the viewers if something followed."""
        if self._events.offer(events):
            self._announced_at = announced_at
            self.wake_viewers()

    def set_state(self, envelope: Envelope) -> None:
        """Replace what viewers are told of this type of state."""
        self.version += 1
        self._state[envelope.type] = (self.version, envelope)
        self.wake_viewers()

    def find_state(self, state_type: str) -> Envelope | None:
        """Return what viewers were told last of this type of state."""
        _, envelope = self._state.get(state_type, (0, None))
        return envelope

    def add_viewer(self, wake: Wake) -> None:
        """Call `wake` whenever something may be due."""
        self._wakes.add(wake)

    def remove_viewer(self, wake: Wake) -> None:
        """Stop calling it."""
        self._wakes.discard(wake)

    def wake_viewers(self) -> None:
        """Have every viewer look again."""
        self._frames.clear()
        for wake in self._wakes:
            wake()

    def keeps(self, seq: int) -> bool:
        """Whether all that follows `seq` is here, or still to come."""
        return self._events.get_after(seq, 0) is not None

    def find_frame(self, seq: int, version: int) -> Frame | None:
        """Return what is due to a viewer that has seen this much; only for a seq that it `keeps`."""
        if seq >= self.position and version == self.version:
            return None
        frame = self._frames.get((seq, version))
        if frame is None:
            frame = self._frames[seq, version] = self._cut_frame(seq, version)
        return frame if frame.envelopes else None

    def _cut_frame(self, seq: int, version: int) -> Frame:
        events = self._events.get_after(seq, BATCH_SIZE) or ()
        state = [envelope for since, envelope in self._state.values() if since > version]
        last_seq = events[-1].seq if events else seq
        return Frame((*events, *state), last_seq, self.version, self._announced_at)
