"""Makes attempts until nothing is a reason for another one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from tenacity import AsyncRetrying, RetryCallState

from app.engine.retries.outcome import Outcome
from app.engine.retries.strategies import Strategy

# Told of the seconds until the next attempt.
Announcement: TypeAlias = Callable[[float], Awaitable[None]]
Pause: TypeAlias = Callable[[float], Awaitable[None]]


class Repetition:
    """`announce` is called before every pause; `pause` waits as many seconds as it is told."""

    def __init__(
        self, strategies: Sequence[Strategy], announce: Announcement, pause: Pause
    ) -> None:
        self._strategies = strategies
        self._announce = announce
        self._pause = pause
        self._delay: float | None = None

    async def make(self, attempt: Callable[[], Awaitable[Outcome]]) -> None:
        """Make one attempt, and as many more as there are reasons for."""
        retrying = AsyncRetrying(
            retry=self._wants_another,
            wait=self._get_delay,
            before_sleep=self._announce_delay,
            sleep=self._pause,
        )
        await retrying(attempt)

    def _wants_another(self, state: RetryCallState) -> bool:
        self._delay = self._find_delay(state)
        return self._delay is not None

    def _find_delay(self, state: RetryCallState) -> float | None:
        outcome: Outcome | None = _get_result(state)
        if outcome is None or outcome.is_settled:
            return None
        delays = (strategy.find_delay(outcome, state) for strategy in self._strategies)
        return next((delay for delay in delays if delay is not None), None)

    def _get_delay(self, _: RetryCallState) -> float:
        return self._delay or 0.0

    async def _announce_delay(self, state: RetryCallState) -> None:
        await self._announce(state.upcoming_sleep)


def _get_result(state: RetryCallState) -> Outcome | None:
    """None after an exception, which then goes its way."""
    return None if state.outcome is None or state.outcome.failed else state.outcome.result()
