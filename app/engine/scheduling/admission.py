"""Who may start: locks first, then a place at the host, then the rate and a place in the run."""

import asyncio
from collections.abc import Iterable

from app.engine.results import Hold
from app.engine.scheduling.gates import Rate, Ticket, TicketHeap, Urgency

CONCURRENCY = Hold("concurrency", "run")


class Admission:
    """
    Lets tickets through their gates; at most `concurrency` are admitted at a time.

    Nothing is polled and no place is taken by one who waits for something else: a ticket that
    comes behind its gates queues for a place, and only who gets one asks the rate. Places and
    gates are given back before `admit` hands them on, so that the most urgent gets them.
    """

    def __init__(self, concurrency: int) -> None:
        self._free = concurrency
        self._queue = TicketHeap()
        self._round = 0
        self._timers: dict[Rate, asyncio.TimerHandle] = {}

    def submit(self, tickets: Iterable[Ticket]) -> None:
        """Send tickets on their way; those that get through start with the next `admit`."""
        for ticket in sorted(tickets, key=_get_urgency):
            self._advance(ticket)

    def admit(self) -> None:
        """Start as many as there is room for, the most urgent first."""
        while self._free and (ticket := self._queue.pop()) is not None:
            if ticket.rate is None:
                self._start(ticket)
                continue
            if ticket.rate.take(ticket, _get_time()):
                self._start(ticket)
            self._set_timer(ticket.rate)
        self._round += 1

    def suspend(self, ticket: Ticket) -> None:
        """Give back what only a request in flight needs; locks stay."""
        self._give_back(ticket, ticket.locks)

    def leave(self, ticket: Ticket) -> None:
        """Give everything back, whether admitted or still waiting; idempotent."""
        if ticket.is_open:
            ticket.is_open = False
            self._give_back(ticket, 0)

    def withdraw(self, tickets: Iterable[Ticket]) -> None:
        """Let these leave together, so that none gets what another one gives back."""
        closed = [ticket for ticket in tickets if ticket.is_open]
        for ticket in closed:
            ticket.is_open = False
        for ticket in closed:
            self._give_back(ticket, 0)

    def close(self) -> None:
        """Nobody is admitted any more."""
        self._free = 0
        for timer in self._timers.values():
            timer.cancel()

    def _advance(self, ticket: Ticket) -> None:
        while ticket.passed < len(ticket.gates):
            if not ticket.gates[ticket.passed].enter(ticket):
                return
            ticket.passed += 1
        self._enqueue(ticket)

    def _enqueue(self, ticket: Ticket) -> None:
        ticket.queued_in = self._round
        self._queue.push(ticket)

    def _start(self, ticket: Ticket) -> None:
        if ticket.queued_in != self._round:
            ticket.note(CONCURRENCY)
        self._free -= 1
        ticket.is_admitted = ticket.is_started = True
        ticket.admit()

    def _give_back(self, ticket: Ticket, kept: int) -> None:
        if ticket.is_admitted:
            ticket.is_admitted = False
            self._free += 1
        while ticket.passed > kept:
            ticket.passed -= 1
            successor = ticket.gates[ticket.passed].leave()
            if successor is not None:
                successor.passed += 1
                self._advance(successor)
        if ticket.rate is not None:
            self._set_timer(ticket.rate)

    def _set_timer(self, rate: Rate) -> None:
        """Somebody who waits for a rate is called when it allows the next start."""
        if rate.waiting and rate not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers[rate] = loop.call_at(rate.next_at, self._call, rate)

    def _call(self, rate: Rate) -> None:
        del self._timers[rate]
        ticket = rate.waiting.pop()
        if ticket is not None:
            self._enqueue(ticket)
        self.admit()


def _get_time() -> float:
    return asyncio.get_running_loop().time()


def _get_urgency(ticket: Ticket) -> Urgency:
    return ticket.urgency
