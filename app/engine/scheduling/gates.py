"""What a test waits for, one after the other, once everything that it requires has ended."""

import heapq
from collections.abc import Callable
from typing import TypeAlias

from app.engine.results import Hold

# The length of the chain behind a test (negative), its place in the plan, the iteration.
Urgency: TypeAlias = tuple[int, int, int]


class Ticket:
    """
    The way of one test, or of one iteration of it; `admit` is called when it may go on.

    `urgency` is unlike that of any other ticket of the run; the smaller goes first. Locks are held
    to the end, the place at the host only while a request may be in flight. `holds` are the things
    that it had to wait for before its first start, in order.
    """

    __slots__ = (
        "admit",
        "gates",
        "holds",
        "is_admitted",
        "is_open",
        "is_started",
        "locks",
        "passed",
        "queued_in",
        "rate",
        "urgency",
    )

    def __init__(
        self,
        urgency: Urgency,
        admit: Callable[[], None],
        locks: "tuple[Gate, ...]" = (),
        host: "Gate | None" = None,
        rate: "Rate | None" = None,
    ) -> None:
        self.urgency = urgency
        self.admit = admit
        self.gates = locks if host is None else (*locks, host)
        self.locks = len(locks)
        self.rate = rate
        self.holds: list[Hold] = []
        self.passed = 0  # gates behind it
        self.queued_in = 0  # the round of admissions in which it reached the last queue
        self.is_open = True
        self.is_admitted = False
        self.is_started = False

    def note(self, hold: Hold) -> None:
        """Remember what holds it; each thing once, and nothing after the first start."""
        if not self.is_started and hold not in self.holds:
            self.holds.append(hold)


class TicketHeap:
    """Tickets that wait; the most urgent comes first. Those given up meanwhile are left out."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[Urgency, Ticket]] = []

    def __bool__(self) -> bool:
        return bool(self._entries)

    def push(self, ticket: Ticket) -> None:
        """Let it wait here."""
        heapq.heappush(self._entries, (ticket.urgency, ticket))

    def pop(self) -> Ticket | None:
        """The most urgent one, or None when nobody waits."""
        while self._entries:
            ticket = heapq.heappop(self._entries)[1]
            if ticket.is_open:
                return ticket
        return None


class Gate:
    """At most `capacity` tickets are between entering and leaving: of a lock one, of a host some."""

    __slots__ = ("_free", "_hold", "_waiting")

    def __init__(self, hold: Hold, capacity: int) -> None:
        self._hold = hold
        self._free = capacity
        self._waiting = TicketHeap()

    def enter(self, ticket: Ticket) -> bool:
        """Whether there was room; otherwise the ticket waits here."""
        if self._free:
            self._free -= 1
            return True
        self._waiting.push(ticket)
        ticket.note(self._hold)
        return False

    def leave(self) -> Ticket | None:
        """Give a place back. Whoever waited for it has it now, and is returned."""
        ticket = self._waiting.pop()
        if ticket is None:
            self._free += 1
        return ticket


class Rate:
    """So many starts a second, evenly spaced; times are seconds of the event loop's clock."""

    __slots__ = ("_hold", "_interval", "next_at", "waiting")

    def __init__(self, hold: Hold, per_second: float) -> None:
        self._hold = hold
        self._interval = 1 / per_second
        self.next_at = float("-inf")
        self.waiting = TicketHeap()

    def take(self, ticket: Ticket, now: float) -> bool:
        """Whether the ticket may start now; otherwise it waits here."""
        if now >= self.next_at:
            self.next_at = now + self._interval
            return True
        self.waiting.push(ticket)
        ticket.note(self._hold)
        return False
