"""Whatever is lost, doubled or reordered, what comes out is 1..n in order."""

from hypothesis import given
from hypothesis import strategies as st

from app.realtime.models import Event
from app.realtime.sequence import EventSequence

CAPACITY = 8


def build_events(first: int, last: int) -> list[Event]:
    return [Event("test_completed", b"{}", seq) for seq in range(first, last + 1)]


@st.composite
def broadcasts(draw: st.DrawFn, count: int) -> list[list[Event]]:
    """Slices of the log: some missing, some twice, some overlapping, in any order."""
    bounds = st.tuples(st.integers(1, count), st.integers(0, 5))
    return [build_events(first, min(first + size, count)) for first, size in draw(st.lists(bounds))]


class Reader:
    """Follows a sequence the way a viewer does."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def follow(self, sequence: EventSequence, log: list[Event]) -> None:
        while True:
            cursor = self.seen[-1] if self.seen else 0
            events = sequence.get_after(cursor, limit=3)
            if events is None:
                events = tuple(log[cursor : cursor + 3])
            if not events:
                return
            self.seen += [event.seq for event in events]


@given(data=st.data(), count=st.integers(1, 40))
def test_every_event_comes_out_once_and_in_order(data: st.DataObject, count: int) -> None:
    log = build_events(1, count)
    sequence = EventSequence(0, CAPACITY)
    eager, lazy = Reader(), Reader()
    for broadcast in data.draw(broadcasts(count)):
        sequence.offer(broadcast)
        eager.follow(sequence, log)
        if sequence.has_gap and data.draw(st.booleans(), label="log is read"):
            page = data.draw(st.integers(1, 7), label="page size")
            sequence.offer(log[sequence.position : sequence.position + page])
            eager.follow(sequence, log)
    sequence.offer(log[sequence.position :])
    eager.follow(sequence, log)
    lazy.follow(sequence, log)
    assert eager.seen == lazy.seen == list(range(1, count + 1))
    assert not sequence.has_gap


@given(data=st.data(), count=st.integers(1, 60))
def test_memory_is_bounded(data: st.DataObject, count: int) -> None:
    sequence = EventSequence(0, CAPACITY)
    for broadcast in data.draw(broadcasts(count)):
        sequence.offer(broadcast)
    assert sequence.kept_count <= 3 * CAPACITY


def test_a_gap_is_noticed_and_closed_by_what_was_missing() -> None:
    sequence = EventSequence(10, CAPACITY)
    assert sequence.offer(build_events(12, 13)) is False
    assert sequence.has_gap
    assert sequence.offer(build_events(11, 11)) is True
    assert sequence.position == 13
    assert not sequence.has_gap


def test_a_reader_that_fell_behind_what_is_kept_is_told() -> None:
    sequence = EventSequence(0, CAPACITY)
    sequence.offer(build_events(1, 100))
    assert sequence.get_after(3, limit=10) is None
    newest = sequence.get_after(95, limit=10)
    assert newest is not None
    assert [event.seq for event in newest] == [96, 97, 98, 99, 100]


def test_a_reader_ahead_of_the_sequence_waits() -> None:
    sequence = EventSequence(5, CAPACITY)
    assert sequence.get_after(9, limit=10) == ()
    sequence.offer(build_events(6, 9))
    assert sequence.get_after(9, limit=10) == ()
    sequence.offer(build_events(10, 10))
    assert sequence.get_after(9, limit=10) == tuple(build_events(10, 10))
