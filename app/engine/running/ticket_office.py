"""Gives every unit its ticket when what it requires has ended."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from app.engine.running.hosts import find_host
from app.engine.running.unit import Unit
from app.engine.running.workbench import Workbench
from app.engine.scheduling.gates import Ticket
from app.engine.scheduling.limits import Limits
from app.engine.scheduling.schedule import Released, Schedule


class TicketOffice:
    """Knows how urgent a test is and which limits it is under; `admit` is told who may start."""

    def __init__(
        self, workbench: Workbench, schedule: Schedule, admit: Callable[[Unit], None]
    ) -> None:
        self._bench = workbench
        self._schedule = schedule
        self._limits = Limits(workbench.options, workbench.redactor.redact)
        self._admit = admit

    def issue(self, unit: Unit, released: Released, now: datetime) -> Ticket:
        """The ticket of a unit that has become ready."""
        unit.ready_at, unit.held_by = now, released.held_by
        host = self._find_host(unit)
        unit.ticket = Ticket(
            (*self._schedule.get_urgency(released.key), unit.index),
            partial(self._admit, unit),
            self._limits.get_locks(unit.test.locks),
            self._limits.find_host(host),
            self._limits.find_rate(host),
        )
        return unit.ticket

    def _find_host(self, unit: Unit) -> str:
        if not self._limits.are_by_host:
            return ""
        source = self._bench.scope.for_iteration(unit.iteration, unit.test.key)
        return find_host(unit.test, self._bench.base_url, source)
