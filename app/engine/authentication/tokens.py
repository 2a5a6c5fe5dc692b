"""A token that the tests of a run share while it is good."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from app.engine.authentication.line import Line
from app.engine.errors import Problem, StepError
from app.engine.requests.header import with_field
from app.engine.transport import PreparedRequest

MARGIN_SECONDS = 30.0
MARGIN_SHARE = 0.2


@dataclass(slots=True, eq=False)
class Token:
    """`usable_until` is a time of the run's stopwatch, before its expiry; None is for ever."""

    value: str = field(repr=False)
    usable_until: float | None = None
    refresh_token: str | None = field(default=None, repr=False)
    is_replacement: bool = False
    is_accepted: bool = False

    def is_fresh(self, seconds: float) -> bool:
        """Whether it is not about to expire."""
        return self.usable_until is None or seconds < self.usable_until

    def authorize(self, request: PreparedRequest) -> PreparedRequest:
        """The request with this token."""
        return with_field(request, "Authorization", f"Bearer {self.value}", self.value)


def get_usable_seconds(lifetime: float) -> float:
    """How long to use something that is valid for `lifetime` seconds: up to half a minute less."""
    return lifetime - min(MARGIN_SECONDS, lifetime * MARGIN_SHARE)


# Obtains a new token; it is given the one before, if there was one.
Fetch: TypeAlias = Callable[[Line, Token | None], Awaitable[Token]]


class TokenKeeper:
    """Fetches once for all who wait; what they waited for in vain fails all of them."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._failure: Problem | None = None
        self._failures = 0

    async def get(self, line: Line, fetch: Fetch) -> Token:
        """The token; raise StepError when none can be had."""
        token = self._token
        if token is not None and token.is_fresh(line.seconds):
            return token
        return await self._renew(line, fetch, None)

    async def replace(self, refused: Token, line: Line, fetch: Fetch) -> Token | None:
        """Another token than the one the target refused; None when that would not help."""
        if self._token is refused and refused.is_replacement and not refused.is_accepted:
            return None
        token = await self._renew(line, fetch, refused)
        token.is_replacement = True
        return token

    async def _renew(self, line: Line, fetch: Fetch, refused: Token | None) -> Token:
        failures = self._failures
        await self._wait_for_turn(line)
        try:
            token = self._token
            if token is not None and token is not refused and token.is_fresh(line.seconds):
                return token
            self._raise_failure_since(failures)
            return await self._fetch_next(line, fetch)
        finally:
            self._lock.release()

    async def _wait_for_turn(self, line: Line) -> None:
        try:
            async with asyncio.timeout(line.remaining):
                await self._lock.acquire()
        except TimeoutError as error:
            raise line.out_of_time() from error

    def _raise_failure_since(self, failures: int) -> None:
        """A refusal is final: asking again and again could lock the account."""
        failure = self._failure
        if failure and (self._failures > failures or failure.transport_failure is None):
            raise StepError(failure)

    async def _fetch_next(self, line: Line, fetch: Fetch) -> Token:
        try:
            self._token = await fetch(line, self._token)
        except StepError as error:
            self._failure = error.problem
            self._failures += 1
            raise
        return self._token
