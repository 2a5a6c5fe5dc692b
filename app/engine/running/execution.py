"""Carries out one unit: an attempt, and more where they may help, within its deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import ClassVar, TypeAlias

from app.core.clock import to_milliseconds
from app.engine.errors import Category, Problem
from app.engine.results import NO_CAPTURES, Attempt, ContextDelta, ResultStatus, TestResult
from app.engine.retries.policies import MAXIMUM_ATTEMPTS
from app.engine.retries.repetition import Pause, Repetition
from app.engine.retries.strategies import build_strategies
from app.engine.running.attempt import Attempts
from app.engine.running.unit import Unit
from app.engine.running.workbench import Workbench

# Told of a failed attempt and of the seconds until the next one.
RetryListener: TypeAlias = Callable[[Attempt, float], Awaitable[None]]


class TestExecution:
    """One unit on its way to a result; `pause` waits between attempts, giving its place away."""

    __test__: ClassVar[bool] = False  # pytest must not collect it

    def __init__(
        self, unit: Unit, workbench: Workbench, on_retry: RetryListener, pause: Pause
    ) -> None:
        self._unit = unit
        self._test = unit.test
        self._options = workbench.options
        self._clock = workbench.options.clock
        self._on_retry = on_retry
        self._pause = pause
        self._attempts = Attempts(unit, workbench)
        self._started = self._clock.monotonic()

    async def run(self) -> TestResult:
        """Make as many attempts as are needed and allowed."""
        seconds = self._options.test_deadline_seconds
        if seconds is None:
            await self._make_attempts()
            return self._conclude()
        try:
            async with asyncio.timeout(seconds):
                await self._make_attempts()
        except TimeoutError:
            return self._run_out_of_time(seconds)
        return self._conclude()

    def abandon(self) -> TestResult:
        """The result of a unit that was aborted."""
        return self._build_result(ResultStatus.SKIPPED, reason=self._unit.abort_reason)

    async def _make_attempts(self) -> None:
        test = self._test
        strategies = build_strategies(test.retry, test.retry_count, test.poll, self._options)
        if strategies:
            await Repetition(strategies, self._announce, self._pause).make(self._attempts.make)
        else:
            await self._attempts.make()

    async def _announce(self, delay: float) -> None:
        await self._on_retry(self._attempts.made[-1], delay)

    def _conclude(self) -> TestResult:
        last = self._attempts.made[-1]
        if last.passed:
            return self._build_result(ResultStatus.PASSED, captured=self._attempts.captured)
        status = ResultStatus.FAILED if last.error is None else ResultStatus.ERROR
        problem = _to_problem(last)
        return self._build_result(status, self._explain_poll(problem))

    def _explain_poll(self, problem: Problem) -> Problem:
        """Say how long a poll went on, when it did."""
        count, poll = len(self._attempts.made), self._test.poll
        if poll is None or count == 1:
            return problem
        setting = "deadline_ms" if count < MAXIMUM_ATTEMPTS else "interval_ms"
        return replace(
            problem,
            category=Category.TIMEOUT,
            message=f"after {count} attempts in {self._get_seconds():g} s: {problem.message}",
            suggested_fix=f"Raise poll.{setting}, or find out why the target takes so long.",
        )

    def _run_out_of_time(self, seconds: float) -> TestResult:
        problem = Problem(
            category=Category.TIMEOUT,
            message=f"the test did not end within {seconds:g} s",
            suggested_fix="Raise the deadline of tests, or let this one try less often.",
        )
        return self._build_result(ResultStatus.ERROR, problem)

    def _get_seconds(self) -> float:
        return round(self._clock.monotonic() - self._started, 1)

    def _build_result(
        self,
        status: ResultStatus,
        problem: Problem | None = None,
        *,
        captured: ContextDelta = NO_CAPTURES,
        reason: str | None = None,
    ) -> TestResult:
        test, unit, now = self._test, self._unit, self._clock.now()
        return TestResult(
            test_case_id=test.test_case_id,
            key=test.key,
            name=unit.name,
            status=status,
            started_at=unit.started_at,
            completed_at=now,
            duration_ms=to_milliseconds(self._clock.monotonic() - self._started),
            iteration=unit.index,
            iteration_name=unit.iteration_name,
            test_revision=test.revision,
            attempts=tuple(self._attempts.made),
            captured=captured,
            category=problem.category if problem else None,
            reason=reason,
            error_message=problem.message if problem else None,
            suggested_fix=problem.suggested_fix if problem else None,
            timeline=unit.tell_timeline(now),
        )


def _to_problem(attempt: Attempt) -> Problem:
    """Why an attempt did not pass, redacted as it is."""
    return Problem(
        category=attempt.category or Category.OTHER,
        message=attempt.error_message or "",
        suggested_fix=attempt.suggested_fix or "",
    )
