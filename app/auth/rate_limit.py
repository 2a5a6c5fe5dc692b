"""How many requests one caller may make."""

from collections import OrderedDict
from datetime import timedelta
from math import ceil
from typing import Final

from starlette.types import Scope

from app.auth.principal import Principal
from app.core.clock import Clock
from app.core.errors import TooManyRequestsError

MINUTE_SECONDS: Final = 60
MOST_CALLERS: Final = 50_000
"""Counted at once; whoever makes up more names than that only has the oldest ones forgotten."""


class RateLimiter:
    """
    Counts the requests of each caller, under any name for them, in a sliding minute of this process.

    Strangers choose some of the names. So a request takes the same time however many there are:
    the minute before the present one counts for the part of it that a minute back from now covers,
    and is forgotten as a whole.
    """

    def __init__(
        self, requests_per_minute: int, clock: Clock, most_callers: int = MOST_CALLERS
    ) -> None:
        self._limit = requests_per_minute
        self._clock = clock
        self._most_callers = most_callers
        self._minute = 0
        self._before: OrderedDict[str, int] = OrderedDict()
        self._present: OrderedDict[str, int] = OrderedDict()

    def take(self, caller: str) -> None:
        """Count one request; raises `TooManyRequestsError` telling when to come back."""
        if self.is_exhausted(caller):
            raise self.refuse(caller)
        self.count(caller)

    def count(self, caller: str) -> None:
        """Count one request that is answered anyway; those beyond the limit change nothing."""
        if self.is_exhausted(caller):
            return
        self._present[caller] = self._present.get(caller, 0) + 1
        if len(self._present) > self._most_callers:
            self._present.popitem(last=False)

    def is_exhausted(self, caller: str) -> bool:
        """Say whether one more request would be too many."""
        left = self._turn()
        before, present = self._before.get(caller, 0), self._present.get(caller, 0)
        return before * left + present >= self._limit

    def refuse(self, caller: str) -> TooManyRequestsError:
        """Return the refusal of one request too many, which tells when to come back."""
        left = self._turn()
        before, present = self._before.get(caller, 0), self._present.get(caller, 0)
        covered = (self._limit - present) / before if before and present < self._limit else 0
        seconds = ceil((left - covered) * MINUTE_SECONDS)
        return TooManyRequestsError(
            f"At most {self._limit} requests a minute are answered.",
            retry_after=timedelta(seconds=max(1, seconds)),
        )

    def _turn(self) -> float:
        """Forget what is over; return how much of the present minute is left, from 1 to 0."""
        minute, seconds = divmod(self._clock.now().timestamp(), MINUTE_SECONDS)
        if minute != self._minute:
            is_next = minute == self._minute + 1
            self._before = self._present if is_next else OrderedDict()
            self._present = OrderedDict()
            self._minute = minute
        return 1 - seconds / MINUTE_SECONDS


def count_request(scope: Scope, principal: Principal) -> None:
    """Count a request for its caller, once; raises `TooManyRequestsError`."""
    # What is answered from memory counts before it comes to a route, the rest there.
    if scope["state"].setdefault("counted_for", None) != principal.rights:
        limiter: RateLimiter = scope["app"].state.rate_limiter
        limiter.take(str(principal.rights))
        scope["state"]["counted_for"] = principal.rights
