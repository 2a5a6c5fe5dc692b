"""Tickets on their way through gates, without a run around them."""

import asyncio
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import Hold
from app.engine.scheduling.admission import Admission
from app.engine.scheduling.gates import Gate, Rate, Ticket
from tests.engine.virtual_time import run_in_virtual_time


class Hall:
    """Remembers who was admitted."""

    def __init__(self, concurrency: int = 1) -> None:
        self.admission = Admission(concurrency)
        self.admitted: list[int] = []

    def issue(self, number: int, *locks: Gate, host: Gate | None = None) -> Ticket:
        return Ticket((0, number, 0), partial(self.admitted.append, number), locks, host)

    def submit(self, *tickets: Ticket) -> None:
        self.admission.submit(tickets)
        self.admission.admit()

    def leave(self, ticket: Ticket) -> None:
        self.admission.leave(ticket)
        self.admission.admit()


def build_lock() -> Gate:
    return Gate(Hold("lock", "x"), 1)


def test_the_most_urgent_goes_first_however_they_come() -> None:
    hall = Hall()
    tickets = [hall.issue(number) for number in (3, 1, 2)]
    hall.submit(*tickets)
    assert hall.admitted == [1]
    hall.leave(tickets[1])
    hall.submit(late := hall.issue(0))
    hall.leave(tickets[2])
    hall.leave(late)
    assert hall.admitted == [1, 2, 0, 3]


def test_leaving_twice_gives_one_place_back() -> None:
    hall = Hall()
    first, *others = [hall.issue(number) for number in range(3)]
    hall.submit(first, *others)
    hall.leave(first)
    hall.leave(first)
    assert hall.admitted == [0, 1]


def test_one_that_withdraws_while_it_waits_lets_the_next_one_through() -> None:
    hall, lock = Hall(9), build_lock()
    tickets = [hall.issue(number, lock) for number in range(4)]
    hall.submit(*tickets)
    hall.admission.withdraw(tickets[1:3])
    hall.leave(tickets[0])
    assert hall.admitted == [0, 3]


def test_what_is_withdrawn_together_gets_nothing_of_each_other() -> None:
    hall, lock = Hall(9), build_lock()
    tickets = [hall.issue(number, lock) for number in range(4)]
    hall.submit(*tickets)
    hall.admission.withdraw(tickets)
    hall.admission.admit()
    assert hall.admitted == [0]
    hall.submit(hall.issue(5, lock))
    assert hall.admitted == [0, 5]


def test_who_holds_one_lock_and_waits_for_another_gives_both_back() -> None:
    hall, first, second = Hall(9), build_lock(), build_lock()
    holder, waiter = hall.issue(0, second), hall.issue(1, first, second)
    hall.submit(holder, waiter)
    hall.admission.withdraw([waiter])
    hall.submit(hall.issue(2, first))
    hall.leave(holder)
    hall.submit(hall.issue(3, second))
    assert hall.admitted == [0, 2, 3]


def test_suspending_keeps_the_locks_and_gives_the_rest_away() -> None:
    hall, lock, host = Hall(), build_lock(), Gate(Hold("host", "h"), 1)
    paused = hall.issue(0, lock, host=host)
    hall.submit(paused, hall.issue(1, lock), hall.issue(2, host=host))
    hall.admission.suspend(paused)
    hall.admission.admit()
    assert hall.admitted == [0, 2]
    hall.submit(paused)
    assert hall.admitted == [0, 2]


def test_nobody_is_admitted_after_the_end() -> None:
    hall = Hall(5)
    hall.admission.close()
    hall.submit(hall.issue(0))
    assert hall.admitted == []


def test_a_rate_calls_one_after_the_other_and_forgets_those_that_left() -> None:
    hall, rate = Hall(9), Rate(Hold("rate", "h"), 10)
    tickets = [Ticket((0, n, 0), partial(hall.admitted.append, n), rate=rate) for n in range(5)]

    async def perform() -> None:
        hall.submit(*tickets)
        assert hall.admitted == [0]
        hall.admission.withdraw(tickets[1:3])
        await asyncio.sleep(0.15)
        assert hall.admitted == [0, 3]
        hall.admission.close()
        await asyncio.sleep(1)
        assert hall.admitted == [0, 3]

    run_in_virtual_time(perform())


@settings(max_examples=200, deadline=None)
@given(
    wishes=st.lists(st.lists(st.integers(0, 3), max_size=4), min_size=1, max_size=12),
    concurrency=st.integers(1, 4),
    choices=st.lists(st.integers(0, 11), min_size=40, max_size=40),
)
def test_everybody_comes_through_whatever_they_need(
    wishes: list[list[int]], concurrency: int, choices: list[int]
) -> None:
    """Inside are never too many, nor two with one lock; and it always goes on."""
    hall = Hall(concurrency)
    locks = [build_lock() for _ in range(4)]
    tickets = [
        hall.issue(number, *(locks[lock] for lock in sorted(set(wish))))
        for number, wish in enumerate(wishes)
    ]
    hall.submit(*tickets)
    inside: list[int] = []
    for choice in choices:
        inside = [number for number in hall.admitted if tickets[number].is_open]
        held = [lock for number in inside for lock in set(wishes[number])]
        assert len(inside) <= concurrency
        assert len(held) == len(set(held))
        if not inside:
            break
        hall.leave(tickets[inside[choice % len(inside)]])
    assert sorted(hall.admitted) == list(range(len(wishes)))
