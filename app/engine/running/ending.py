"""Why a run ends before everything has run, and what that spares."""

from collections.abc import Iterable

from app.engine.events import RunOutcome
from app.engine.planned_test import PlannedTest
from app.engine.results import Counts, ResultStatus
from app.engine.running.roster import Recorded
from app.engine.running.unit import Unit

CANCELLED = "cancelled"
DEADLINE = "deadline"
FAIL_FAST = "fail_fast"


class Ending:
    """
    What was begun is cleaned up: teardown tests are spared, unless nothing of their suite started.

    `recorded` are the results of earlier executions of the run. Once it `is_final`, nothing is
    spared any more.
    """

    def __init__(self, tests: Iterable[PlannedTest], recorded: Recorded) -> None:
        self.is_final = False
        started = {key for (key, _), status in recorded.items() if status != ResultStatus.SKIPPED}
        self._begun = {test.suite_id for test in tests if test.key in started}
        self._reasons: set[str] = set()

    def note_start(self, unit: Unit) -> None:
        """Remember that something of its suite has started."""
        self._begun.add(unit.test.suite_id)

    def note(self, reason: str) -> None:
        """Remember why something was skipped."""
        self._reasons.add(reason)

    def choose(self, units: Iterable[Unit]) -> tuple[list[Unit], list[Unit]]:
        """Those that will not start, and those in flight that must end."""
        concerned = [unit for unit in units if not unit.is_ended and not self._spares(unit)]
        doomed = [unit for unit in concerned if not unit.is_active]
        return doomed, [unit for unit in concerned if unit.is_active]

    def judge(self, counts: Counts) -> RunOutcome:
        """How the run ended as a whole."""
        if CANCELLED in self._reasons:
            return "cancelled"
        is_failed = counts.failed or counts.error or DEADLINE in self._reasons
        return "failed" if is_failed else "completed"

    def _spares(self, unit: Unit) -> bool:
        is_teardown = unit.test.phase == "teardown"
        return is_teardown and not self.is_final and unit.test.suite_id in self._begun
