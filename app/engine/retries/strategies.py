"""Reasons to try again; each has its own number of attempts and its own pauses."""

from collections.abc import Sequence
from typing import Protocol

from tenacity import RetryCallState, wait_exponential, wait_random

from app.core.clock import Clock
from app.engine.options import RunOptions
from app.engine.retries.outcome import Outcome
from app.engine.retries.policies import (
    MAXIMUM_ATTEMPTS,
    AssertionRetry,
    PollPolicy,
    RetryPolicy,
    TransportRetry,
)


class Strategy(Protocol):
    """Whether another attempt follows; asked once after every attempt."""

    def find_delay(self, outcome: Outcome, state: RetryCallState, /) -> float | None:
        """Seconds until the next attempt, or None when this is no reason for one."""
        ...


class TransportStrategy:
    """After failures of the way; as late as the target asks, within `longest_patience` seconds."""

    def __init__(self, policy: TransportRetry, longest_patience: float) -> None:
        self._policy = policy
        self._longest_patience = longest_patience
        self._left = policy.attempts - 1
        self._backoff = wait_exponential(
            multiplier=policy.initial_ms / 1000, max=policy.maximum_ms / 1000
        ) + wait_random(0, policy.jitter_ms / 1000)

    def find_delay(self, outcome: Outcome, state: RetryCallState) -> float | None:
        """The backoff, or what the target asked for where that is more."""
        if self._left == 0 or not self._is_for(outcome):
            return None
        self._left -= 1
        wish = outcome.retry_after if self._policy.respect_retry_after else None
        return max(self._backoff(state), min(wish or 0.0, self._longest_patience))

    def _is_for(self, outcome: Outcome) -> bool:
        if outcome.status_code in self._policy.statuses:
            return "status" in self._policy.on
        return outcome.failure in self._policy.on


class AssertionStrategy:
    """After answers that are not what the test expects."""

    def __init__(self, policy: AssertionRetry) -> None:
        self._left = policy.attempts - 1
        self._delay = policy.delay_ms / 1000

    def find_delay(self, outcome: Outcome, _: RetryCallState) -> float | None:
        """Always the same pause."""
        if self._left == 0 or outcome.status_code is None:
            return None
        self._left -= 1
        return self._delay


class CountStrategy:
    """After anything, so many times."""

    def __init__(self, count: int, options: RunOptions) -> None:
        self._left = count
        self._backoff = wait_exponential(
            multiplier=options.retry_initial_seconds, max=options.retry_maximum_seconds
        ) + wait_random(0, options.retry_jitter_seconds)

    def find_delay(self, _: Outcome, state: RetryCallState) -> float | None:
        """The backoff of the run."""
        if self._left == 0:
            return None
        self._left -= 1
        return self._backoff(state)


class PollStrategy:
    """Until what is polled for has come, or the next attempt would begin after the deadline."""

    def __init__(self, policy: PollPolicy, clock: Clock) -> None:
        self._clock = clock
        self._deadline = clock.monotonic() + policy.deadline_ms / 1000
        self._pause = wait_exponential(
            multiplier=policy.interval_ms / 1000,
            exp_base=policy.multiplier,
            max=policy.maximum_interval_ms / 1000,
        )

    def find_delay(self, _: Outcome, state: RetryCallState) -> float | None:
        """The growing pause."""
        pause = self._pause(state)
        is_late = self._clock.monotonic() + pause > self._deadline
        return None if is_late or state.attempt_number >= MAXIMUM_ATTEMPTS else pause


def build_strategies(
    policy: RetryPolicy, count: int, poll: PollPolicy | None, options: RunOptions
) -> Sequence[Strategy]:
    """None at all when one attempt is all; a poll is the only reason there is."""
    if poll is not None:
        return (PollStrategy(poll, options.clock),)
    strategies: list[Strategy] = []
    if policy.transport is not None:
        patience = options.retry_after_maximum_seconds
        strategies.append(TransportStrategy(policy.transport, patience))
    if policy.assertions is not None:
        strategies.append(AssertionStrategy(policy.assertions))
    if count:
        strategies.append(CountStrategy(count, options))
    return strategies
