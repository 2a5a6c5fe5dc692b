"""How many requests one caller may make."""

from datetime import timedelta

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.types import Scope

from app.auth.principal import Principal
from app.core.clock import Clock
from app.core.errors import TooManyRequestsError


class RateLimiter:
    """Counts the requests of each caller, under any name for them, in a sliding minute of this process."""

    def __init__(self, requests_per_minute: int, clock: Clock) -> None:
        self._limit = RateLimitItemPerMinute(requests_per_minute)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._clock = clock

    async def take(self, caller: str) -> None:
        """Count one request; raises `TooManyRequestsError` telling when to come back."""
        if not await self._limiter.hit(self._limit, caller):
            raise await self.refuse(caller)

    async def count(self, caller: str) -> None:
        """Count one request that is answered anyway."""
        await self._limiter.hit(self._limit, caller)

    async def is_exhausted(self, caller: str) -> bool:
        """Say whether one more request would be too many."""
        return not await self._limiter.test(self._limit, caller)

    async def refuse(self, caller: str) -> TooManyRequestsError:
        """Return the refusal of one request too many, which tells when to come back."""
        window = await self._limiter.get_window_stats(self._limit, caller)
        seconds = window.reset_time - self._clock.now().timestamp()
        return TooManyRequestsError(
            f"At most {self._limit.amount} requests a minute are answered.",
            retry_after=timedelta(seconds=max(1, round(seconds))),
        )


async def count_request(scope: Scope, principal: Principal) -> None:
    """Count a request for its caller, once; raises `TooManyRequestsError`."""
    # What is answered from memory counts before it comes to a route, the rest there.
    if scope["state"].setdefault("counted_for", None) != principal.rights:
        limiter: RateLimiter = scope["app"].state.rate_limiter
        await limiter.take(str(principal.rights))
        scope["state"]["counted_for"] = principal.rights
