"""Turns what happens in a run into events."""

from app.core.clock import Clock
from app.engine.channel import EventChannel
from app.engine.events import (
    AttemptFailed,
    ContextUpdated,
    RunCompleted,
    RunOutcome,
    RunStarted,
    TestCompleted,
    TestFailed,
    TestSkipped,
    TestStarted,
)
from app.engine.results import Attempt, ContextDelta, Counts, ResultStatus, TestResult
from app.engine.running.unit import Unit


class Publisher:
    """Puts events into the channel of one run; waits while the channel is full."""

    def __init__(self, run_id: str, channel: EventChannel, clock: Clock) -> None:
        self._run_id = run_id
        self._channel = channel
        self._clock = clock

    async def announce_run(self, total: int, recorded: int) -> None:
        """The run begins."""
        await self._channel.put(
            RunStarted(
                run_id=self._run_id, occurred_at=self._clock.now(), total=total, recorded=recorded
            )
        )

    async def announce_start(self, unit: Unit) -> None:
        """The first attempt of a unit is about to be made."""
        test = unit.test
        await self._channel.put(
            TestStarted(
                run_id=self._run_id,
                occurred_at=unit.started_at or self._clock.now(),
                test_case_id=test.test_case_id,
                key=test.key,
                name=unit.name,
                iteration=unit.index,
                iteration_name=unit.iteration_name,
            )
        )

    async def announce_retry(self, unit: Unit, attempt: Attempt, delay: float) -> None:
        """An attempt failed; the next one follows in `delay` seconds."""
        test = unit.test
        await self._channel.put(
            AttemptFailed(
                run_id=self._run_id,
                occurred_at=self._clock.now(),
                test_case_id=test.test_case_id,
                key=test.key,
                name=unit.name,
                attempt=attempt,
                next_attempt_in_seconds=delay,
                iteration=unit.index,
                iteration_name=unit.iteration_name,
            )
        )

    async def announce_result(self, result: TestResult) -> None:
        """A unit has its result, and perhaps left something in the context."""
        run_id, now = self._run_id, result.completed_at
        if result.status is ResultStatus.PASSED:
            await self._channel.put(TestCompleted(run_id=run_id, occurred_at=now, result=result))
            await self._announce_captures(result.key, result.captured)
        elif result.status is ResultStatus.SKIPPED:
            await self._channel.put(TestSkipped(run_id=run_id, occurred_at=now, result=result))
        else:
            await self._channel.put(TestFailed(run_id=run_id, occurred_at=now, result=result))

    async def announce_skip(self, unit: Unit, reason: str) -> None:
        """A unit is not carried out."""
        test, now = unit.test, self._clock.now()
        result = TestResult(
            test_case_id=test.test_case_id,
            key=test.key,
            name=unit.name,
            status=ResultStatus.SKIPPED,
            completed_at=now,
            iteration=unit.index,
            iteration_name=unit.iteration_name,
            test_revision=test.revision,
            reason=reason,
            timeline=unit.tell_timeline(now),
        )
        await self._channel.put(TestSkipped(run_id=self._run_id, occurred_at=now, result=result))

    async def announce_end(self, status: RunOutcome, counts: Counts, seconds: float) -> None:
        """Every unit has its result."""
        await self._channel.put(
            RunCompleted(
                run_id=self._run_id,
                occurred_at=self._clock.now(),
                status=status,
                counts=counts,
                duration_ms=round(seconds * 1000, 3),
            )
        )

    async def _announce_captures(self, key: str, captured: ContextDelta) -> None:
        if captured:
            await self._channel.put(
                ContextUpdated(
                    run_id=self._run_id,
                    occurred_at=self._clock.now(),
                    key=key,
                    shared_auth_tokens=tuple(captured.shared_auth_tokens),
                    shared_variables=tuple(captured.shared_variables),
                    captured_data=tuple(captured.captured_data.get(key, {})),
                )
            )
