"""Executes one run: starts what may start and settles what has ended, until all have a result."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from app.engine.control import RunControl
from app.engine.plan import Plan
from app.engine.results import ResultStatus, TestResult
from app.engine.running.captures import Collector
from app.engine.running.ending import CANCELLED, DEADLINE, FAIL_FAST, Ending
from app.engine.running.execution import TestExecution
from app.engine.running.publisher import Publisher
from app.engine.running.roster import Recorded, Roster
from app.engine.running.ticket_office import TicketOffice
from app.engine.running.unit import Unit
from app.engine.running.workbench import Workbench
from app.engine.running.workers import Workers
from app.engine.scheduling.admission import Admission
from app.engine.scheduling.schedule import Progress, Schedule


class RunExecution:
    """
    The tests of one run on their way to results.

    State changes without waiting; only publishing waits, and holds the place of its test while it
    does. Skips are noted at once and published by whoever comes next.
    """

    def __init__(
        self,
        plan: Plan,
        workbench: Workbench,
        recorded: Recorded,
        publisher: Publisher,
        control: RunControl,
    ) -> None:
        self._bench = workbench
        self._options = workbench.options
        self._clock = workbench.options.clock
        self._publisher = publisher
        self._control = control
        self._roster = Roster(plan, recorded, self._clock.now(), workbench.redactor)
        self._schedule = Schedule(plan.requirements)
        self._admission = Admission(self._options.concurrency)
        self._collector = Collector(workbench.scope, _list_passed(recorded))
        self._ending = Ending(plan.tests, recorded)
        self._timers: list[asyncio.TimerHandle] = []
        self._skips: deque[tuple[Unit, str]] = deque()
        self._publishing = asyncio.Lock()
        self._attention = asyncio.Event()

    async def drive(self) -> None:
        """Publish everything from RunStarted to RunCompleted."""
        started = self._clock.monotonic()
        await self._publisher.announce_run(self._roster.total, self._roster.recorded)
        async with asyncio.TaskGroup() as group:
            self._workers = Workers(group, self._carry_out)
            self._office = TicketOffice(self._bench, self._schedule, self._workers.add)
            try:
                self._open()
                await self._publish_until_done()
            finally:
                self._close()
        counts, seconds = self._roster.count(), self._clock.monotonic() - started
        await self._publisher.announce_end(self._ending.judge(counts), counts, seconds)

    def _open(self) -> None:
        self._apply(self._schedule.open(self._roster.verdicts))
        self._admission.admit()
        self._control.on_cancel(partial(self._cut, CANCELLED, aborts=True))
        if self._options.deadline_seconds is not None:
            cut = partial(self._cut, DEADLINE, aborts=True)
            self._set_timer(self._options.deadline_seconds, cut)

    def _close(self) -> None:
        self._workers.close()
        self._admission.close()
        for timer in self._timers:
            timer.cancel()

    async def _publish_until_done(self) -> None:
        await self._publish_skips()
        while self._roster.left:
            await self._attention.wait()
            self._attention.clear()
            await self._publish_skips()

    async def _publish_skips(self) -> None:
        """Return when all that were noted until now are published, by whomever."""
        async with self._publishing:
            while self._skips:
                await self._publisher.announce_skip(*self._skips[0])
                self._skips.popleft()

    def _apply(self, progress: Progress) -> None:
        """Skip what is blocked, and send on its way what may start."""
        for blocked in progress.blocked:
            waiting = self._roster.list_waiting(blocked.key)
            self._skip(waiting, f"required_test_failed: {blocked.root_cause}")
        if not progress.released:
            return
        now = self._clock.now()
        self._admission.submit(
            self._office.issue(unit, released, now)
            for released in progress.released
            for unit in self._roster.list_waiting(released.key)
        )

    def _skip(self, units: Iterable[Unit], reason: str) -> list[str]:
        """Note that these are not carried out; return the tests that have ended with them."""
        ended: list[str] = []
        for unit in units:
            self._ending.note(reason)
            self._skips.append((unit, reason))
            if self._roster.end(unit, ResultStatus.SKIPPED) is not None:
                ended.append(unit.test.key)
        self._attention.set()
        return ended

    async def _carry_out(self, unit: Unit) -> None:
        if unit.is_ended:
            return
        unit.is_active, unit.started_at = True, self._clock.now()
        self._ending.note_start(unit)
        if self._skips:
            await self._publish_skips()  # it may have required them
        await self._publisher.announce_start(unit)
        await self._settle(unit, await self._execute(unit))

    async def _execute(self, unit: Unit) -> TestResult:
        """Run to a result; what is aborted ends as skipped."""
        on_retry = partial(self._publisher.announce_retry, unit)
        execution = TestExecution(unit, self._bench, on_retry, partial(self._pause, unit))
        task = unit.task = asyncio.current_task()
        try:
            return await execution.run() if unit.abort_reason is None else execution.abandon()
        except asyncio.CancelledError:
            # Whoever stops the whole run may have cancelled as well: then this task must end.
            if unit.abort_reason is None or task is None or task.uncancel() > 0:
                raise
            return execution.abandon()
        finally:
            unit.task = None

    async def _pause(self, unit: Unit, seconds: float) -> None:
        """Wait without a place in the run, then for one."""
        ticket = unit.ticket
        if ticket is None:
            return
        self._admission.suspend(ticket)
        self._admission.admit()
        await asyncio.sleep(seconds)
        is_admitted = asyncio.Event()
        ticket.admit = is_admitted.set
        self._admission.submit((ticket,))
        self._admission.admit()
        await is_admitted.wait()

    async def _settle(self, unit: Unit, result: TestResult) -> None:
        """Publish a result and let it take effect, in this order."""
        if result.captured:
            result = self._keep_captures(unit, result)
        await self._publisher.announce_result(result)
        if result.reason is not None:
            self._ending.note(result.reason)
        verdict = self._roster.end(unit, result.status)
        if verdict is not None:
            self._apply(self._schedule.complete(unit.test.key, verdict))
        if unit.ticket is not None:
            self._admission.leave(unit.ticket)
        self._consider_stopping(unit, result.status)
        self._admission.admit()
        if self._skips:
            await self._publish_skips()
        if not self._roster.left:
            self._attention.set()

    def _keep_captures(self, unit: Unit, result: TestResult) -> TestResult:
        counted = self._collector.take(unit, result.captured, self._roster.count_iterations(unit))
        return result if counted is result.captured else replace(result, captured=counted)

    def _consider_stopping(self, unit: Unit, status: ResultStatus) -> None:
        has_failed = status in (ResultStatus.FAILED, ResultStatus.ERROR)
        if self._options.fail_fast and has_failed and unit.test.phase != "teardown":
            self._cut(f"{FAIL_FAST}: {unit.test.key}", aborts=False)

    def _cut(self, reason: str, *, aborts: bool) -> None:
        """Start nothing more but teardown; what is in flight ends now, or in its own time."""
        if not self._roster.left:
            return
        doomed, aborted = self._ending.choose(self._roster)
        self._admission.withdraw(unit.ticket for unit in doomed if unit.ticket is not None)
        self._apply(self._schedule.abandon(self._skip(doomed, reason)))
        self._admission.admit()
        if aborts:
            for unit in aborted:
                unit.abort(reason)
            self._set_timer(self._options.teardown_seconds, partial(self._stop_teardown, reason))

    def _stop_teardown(self, reason: str) -> None:
        if not self._ending.is_final:
            self._ending.is_final = True
            self._cut(reason, aborts=True)

    def _set_timer(self, seconds: float, action: Callable[[], None]) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(seconds, action))


def _list_passed(recorded: Recorded) -> list[tuple[str, int]]:
    return [place for place, status in recorded.items() if status == ResultStatus.PASSED]
