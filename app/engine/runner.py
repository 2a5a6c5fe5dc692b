"""Runs a plan: every test starts the moment its requirements passed."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

from app.engine.channel import EventChannel
from app.engine.control import RunControl
from app.engine.events import (
    AttemptFailed,
    ContextUpdated,
    Event,
    RunCompleted,
    RunOutcome,
    RunStarted,
    TestCompleted,
    TestFailed,
    TestSkipped,
    TestStarted,
)
from app.engine.execution import CANCELLED, TestExecution, Workbench
from app.engine.options import RunOptions
from app.engine.plan import Plan, PlannedTest
from app.engine.requirements import get_required_keys
from app.engine.results import Attempt, ContextDelta, Counts, ResultStatus, TestResult
from app.engine.schedule import Blocked, Schedule
from app.engine.scope import Scope
from app.engine.transport import Transport


async def run(
    plan: Plan,
    scope: Scope,
    transport: Transport,
    options: RunOptions | None = None,
    already_recorded: Mapping[str, ResultStatus] | None = None,
    control: RunControl | None = None,
) -> AsyncGenerator[Event, None]:
    """
    Execute a plan and yield what happens; ends after RunCompleted.

    `scope` is updated with captures as tests pass. Tests in `already_recorded` (by key) are not
    run again: those that passed satisfy their dependents, the others get their dependents
    skipped. `control.cancel()` ends the run early with a result for every test; cancelling the
    consuming task, or `aclose()`, just stops it.
    """
    options = options or RunOptions()
    workbench = Workbench(plan, scope, transport, options)
    schedule = Schedule(get_required_keys(plan.requirements), already_recorded)
    channel = EventChannel(options.event_buffer)
    execution = _RunExecution(plan, workbench, schedule, channel, control or RunControl())
    driver = asyncio.create_task(execution.drive(), name=f"run {plan.run_id}")
    driver.add_done_callback(lambda _: channel.close())
    try:
        while (event := await channel.get()) is not None:
            yield event
        await driver
    finally:
        driver.cancel()
        await asyncio.wait([driver])
        if not driver.cancelled():
            driver.exception()  # seen: nobody waits for it any more when the consumer has left


class _RunExecution:
    """Starts tests, and turns what becomes of them into events."""

    def __init__(
        self,
        plan: Plan,
        workbench: Workbench,
        schedule: Schedule,
        channel: EventChannel,
        control: RunControl,
    ) -> None:
        self._plan = plan
        self._tests = {test.key: test for test in plan.tests}
        self._bench = workbench
        self._clock = workbench.options.clock
        self._schedule = schedule
        self._channel = channel
        self._control = control
        self._running = 0
        self._in_flight: set[asyncio.Task[None]] = set()
        self._was_cut = False

    async def drive(self) -> None:
        """Publish everything from RunStarted to RunCompleted."""
        started = self._clock.monotonic()
        self._control.on_cancel(self._interrupt)
        await self._channel.put(
            RunStarted(
                run_id=self._plan.run_id,
                occurred_at=self._clock.now(),
                total=len(self._tests),
                recorded=len(self._schedule.statuses),
            )
        )
        await self._skip(self._schedule.open())
        async with asyncio.TaskGroup() as group:
            self._start_ready(group)
        for key in self._schedule.list_remaining():
            await self._give_up(key)
        await self._channel.put(self._summarise(self._clock.monotonic() - started))

    def _start_ready(self, group: asyncio.TaskGroup) -> None:
        while self._running < self._bench.options.concurrency and not self._control.is_cancelled:
            key = self._schedule.take()
            if key is None:
                return
            self._running += 1
            group.create_task(self._run_test(group, self._tests[key]))

    async def _run_test(self, group: asyncio.TaskGroup, test: PlannedTest) -> None:
        await self._channel.put(
            TestStarted(
                run_id=self._plan.run_id,
                occurred_at=self._clock.now(),
                test_case_id=test.test_case_id,
                key=test.key,
                name=test.name,
            )
        )

        async def announce_retry(attempt: Attempt, delay: float) -> None:
            await self._announce_retry(test, attempt, delay)

        await self._settle(await self._execute(TestExecution(test, self._bench, announce_retry)))
        self._running -= 1
        self._start_ready(group)

    async def _execute(self, execution: TestExecution) -> TestResult:
        """Run to a result; what the control interrupts ends as skipped."""
        task = asyncio.current_task()
        if task is None or self._control.is_cancelled:
            return execution.abandon()
        self._in_flight.add(task)
        try:
            return await execution.run()
        except asyncio.CancelledError:
            # Whoever stops the whole run may have cancelled as well: then this task must end.
            if not self._control.is_cancelled or task.uncancel() > 0:
                raise
            return execution.abandon()
        finally:
            self._in_flight.discard(task)

    def _interrupt(self) -> None:
        for task in self._in_flight:
            task.cancel()

    async def _announce_retry(self, test: PlannedTest, attempt: Attempt, delay: float) -> None:
        await self._channel.put(
            AttemptFailed(
                run_id=self._plan.run_id,
                occurred_at=self._clock.now(),
                test_case_id=test.test_case_id,
                key=test.key,
                name=test.name,
                attempt=attempt,
                next_attempt_in_seconds=delay,
            )
        )

    async def _settle(self, result: TestResult) -> None:
        """Publish a result and let it take effect, in this order."""
        run_id, now = self._plan.run_id, result.completed_at
        if result.status is ResultStatus.SKIPPED:
            self._abandon(result.key)
            await self._channel.put(TestSkipped(run_id=run_id, occurred_at=now, result=result))
            return
        if result.status is ResultStatus.PASSED:
            self._bench.scope.apply(result.captured)
            await self._channel.put(TestCompleted(run_id=run_id, occurred_at=now, result=result))
            await self._announce_captures(result.key, result.captured)
        else:
            await self._channel.put(TestFailed(run_id=run_id, occurred_at=now, result=result))
        await self._skip(self._schedule.complete(result.key, result.status))

    async def _announce_captures(self, key: str, captured: ContextDelta) -> None:
        if captured:
            await self._channel.put(
                ContextUpdated(
                    run_id=self._plan.run_id,
                    occurred_at=self._clock.now(),
                    key=key,
                    shared_auth_tokens=tuple(captured.shared_auth_tokens),
                    shared_variables=tuple(captured.shared_variables),
                    captured_data=tuple(captured.captured_data.get(key, {})),
                )
            )

    async def _skip(self, blocked: tuple[Blocked, ...]) -> None:
        for entry in blocked:
            await self._publish_skip(entry.key, f"required_test_failed: {entry.root_cause}")

    async def _give_up(self, key: str) -> None:
        self._abandon(key)
        await self._publish_skip(key, CANCELLED)

    def _abandon(self, key: str) -> None:
        self._was_cut = True
        self._schedule.abandon(key)

    async def _publish_skip(self, key: str, reason: str) -> None:
        test, now = self._tests[key], self._clock.now()
        result = TestResult(
            test_case_id=test.test_case_id,
            key=key,
            name=test.name,
            status=ResultStatus.SKIPPED,
            completed_at=now,
            test_revision=test.revision,
            reason=reason,
        )
        event = TestSkipped(run_id=self._plan.run_id, occurred_at=now, result=result)
        await self._channel.put(event)

    def _summarise(self, seconds: float) -> RunCompleted:
        counts = Counts.from_statuses(len(self._tests), self._schedule.statuses.values())
        outcome: RunOutcome = "failed" if counts.failed or counts.error else "completed"
        return RunCompleted(
            run_id=self._plan.run_id,
            occurred_at=self._clock.now(),
            status="cancelled" if self._was_cut else outcome,
            counts=counts,
            duration_ms=round(seconds * 1000, 3),
        )
