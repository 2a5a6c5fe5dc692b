"""Every unit of a run, and how many results of which status there are."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import TypeAlias

from app.engine.errors import StepError, TemplateError
from app.engine.iterations import Iteration, expand, label
from app.engine.plan import Plan
from app.engine.planned_test import PlannedTest
from app.engine.redaction import Redactor
from app.engine.results import Counts, ResultStatus
from app.engine.running.unit import TestUnits, Unit
from app.engine.templates import follow
from app.engine.templates.roots import ITERATION

# Statuses by key and iteration.
Recorded: TypeAlias = Mapping[tuple[str, int], ResultStatus]


class Roster:
    """Of the tests of a plan; what is `recorded` has its result and gets no unit."""

    def __init__(self, plan: Plan, recorded: Recorded, now: datetime, redactor: Redactor) -> None:
        keys = {test.key for test in plan.tests}
        known = {place: status for place, status in recorded.items() if place[0] in keys}
        self._tally = Counter(ResultStatus(status) for status in known.values())
        self._tests = {
            test.key: TestUnits(list(_iter_units(test, plan, known, now, redactor)))
            for test in plan.tests
        }
        for (key, _), status in known.items():
            self._tests[key].take_recorded(ResultStatus(status))
        self.recorded = len(known)
        self.left = sum(len(test.units) for test in self._tests.values())
        self.total = self.recorded + self.left

    @property
    def verdicts(self) -> dict[str, ResultStatus]:
        """What became of the tests that have ended."""
        return {
            key: verdict
            for key, test in self._tests.items()
            if (verdict := test.verdict) is not None
        }

    def __iter__(self) -> Iterator[Unit]:
        for test in self._tests.values():
            yield from test.units

    def list_waiting(self, key: str) -> Sequence[Unit]:
        """The units of a test that have neither started nor ended."""
        return [unit for unit in self._tests[key].units if unit.is_waiting]

    def count_iterations(self, unit: Unit) -> int:
        """How many iterations the test of a unit has, with those recorded."""
        return self._tests[unit.test.key].count

    def end(self, unit: Unit, status: ResultStatus) -> ResultStatus | None:
        """Note the result of a unit; return that of its test, unless others are missing."""
        self._tally[status] += 1
        self.left -= 1
        test = self._tests[unit.test.key]
        test.end(unit, status)
        return test.verdict

    def count(self) -> Counts:
        """How many results are what."""
        return Counts.from_statuses(self.total, self._tally.elements())


def _iter_units(
    test: PlannedTest, plan: Plan, recorded: Recorded, now: datetime, redactor: Redactor
) -> Iterator[Unit]:
    """Those without a result. Iterations that cannot be read are one unit, which says so."""
    name = redactor.redact(test.name)
    try:
        iterations = () if test.iterate is None else expand(test.iterate, plan.fixtures)
    except StepError as error:
        if (test.key, 0) not in recorded:
            yield Unit(test, name, now, problem=error.problem)
        return
    if test.iterate is None and (test.key, 0) not in recorded:
        yield Unit(test, name, now)
    learn_credentials(test, iterations, redactor)
    for iteration, shown in zip(iterations, label(iterations, redactor.redact), strict=True):
        if (test.key, iteration.index) not in recorded:
            yield Unit(test, name, now, iteration, shown)


def learn_credentials(
    test: PlannedTest, iterations: Sequence[Iteration], redactor: Redactor
) -> None:
    """Values of iterations that are sent as credentials are secrets, in their names, too."""
    if not iterations:
        return
    paths = [use.path for use in test.references.credentials if use.path.root == ITERATION]
    for iteration, path in product(iterations, paths):
        with contextlib.suppress(TemplateError):  # what is not there is no secret
            redactor.add(follow(iteration.to_document(), path, ITERATION))
