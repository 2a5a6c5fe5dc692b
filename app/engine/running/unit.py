"""What becomes one result: a test, or one iteration of it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from app.engine.errors import Problem
from app.engine.iterations import Iteration
from app.engine.planned_test import PlannedTest
from app.engine.results import Hold, ResultStatus, Timeline
from app.engine.scheduling.gates import Ticket

# From best to worst; of a test with iterations the worst counts.
SEVERITY = (ResultStatus.PASSED, ResultStatus.SKIPPED, ResultStatus.FAILED, ResultStatus.ERROR)


class Unit:
    """
    One result to be. `problem` says why the iterations of its test are not known.

    It is active from its first start until its result has taken effect. Its `name` and
    `iteration_name` are redacted.
    """

    __slots__ = (
        "abort_reason",
        "held_by",
        "index",
        "is_active",
        "is_ended",
        "iteration",
        "iteration_name",
        "name",
        "problem",
        "queued_at",
        "ready_at",
        "started_at",
        "task",
        "test",
        "ticket",
    )

    def __init__(
        self,
        test: PlannedTest,
        name: str,
        queued_at: datetime,
        iteration: Iteration | None = None,
        iteration_name: str | None = None,
        problem: Problem | None = None,
    ) -> None:
        self.test = test
        self.name = name
        self.iteration = iteration
        self.index = 0 if iteration is None else iteration.index
        self.iteration_name = iteration_name
        self.problem = problem
        self.queued_at = queued_at
        self.ready_at: datetime | None = None
        self.started_at: datetime | None = None
        self.held_by: Hold | None = None
        self.ticket: Ticket | None = None
        self.task: asyncio.Task[None] | None = None
        self.abort_reason: str | None = None
        self.is_active = False
        self.is_ended = False

    @property
    def is_waiting(self) -> bool:
        """Whether it has neither started nor ended."""
        return not self.is_active and not self.is_ended

    def abort(self, reason: str) -> None:
        """End it as skipped, now; once its result is there, nothing happens."""
        self.abort_reason = reason
        if self.task is not None:
            self.task.cancel()

    def tell_timeline(self, ended_at: datetime) -> Timeline:
        """When it reached which state, and what it waited for."""
        required = () if self.held_by is None else (self.held_by,)
        limits = () if self.ticket is None else self.ticket.holds
        return Timeline(
            queued_at=self.queued_at,
            ready_at=self.ready_at,
            started_at=self.started_at,
            ended_at=ended_at,
            held_by=(*required, *limits),
        )


class TestUnits:
    """The units of one test that had no result, and the worst result of all `count`."""

    __test__ = False  # pytest must not collect it
    __slots__ = ("_left", "_worst", "count", "units")

    def __init__(self, units: Sequence[Unit]) -> None:
        self.count = len(units)
        self.units = units
        self._left = len(units)
        self._worst = 0

    @property
    def verdict(self) -> ResultStatus | None:
        """What became of the test; None while a unit has no result."""
        return None if self._left else SEVERITY[self._worst]

    def take_recorded(self, status: ResultStatus) -> None:
        """Take a result of an earlier execution into account."""
        self.count += 1
        self._note(status)

    def end(self, unit: Unit, status: ResultStatus) -> None:
        """Note the result of a unit."""
        unit.is_ended = True
        unit.is_active = False
        self._left -= 1
        self._note(status)

    def _note(self, status: ResultStatus) -> None:
        self._worst = max(self._worst, SEVERITY.index(status))
