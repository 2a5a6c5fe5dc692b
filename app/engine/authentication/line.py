"""The way to the target while one test uses it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.core.clock import Clock
from app.engine.errors import Category, TransportError
from app.engine.transfer import Transfer
from app.engine.transport import PreparedRequest, ReceivedResponse, Transport


class Line:
    """
    Sends what authentication needs, within `timeout` seconds in all.

    `transfer` is how the requests of the test travel; `learn_secret` is told what to mask.
    """

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        learn_secret: Callable[[str], None],
        transfer: Transfer,
        timeout: float,
    ) -> None:
        self.transfer = transfer
        self.learn_secret = learn_secret
        self._transport = transport
        self._clock = clock
        self._timeout = timeout
        self._deadline = clock.monotonic() + timeout

    @property
    def now(self) -> datetime:
        """The time of day, UTC."""
        return self._clock.now()

    @property
    def seconds(self) -> float:
        """A stopwatch."""
        return self._clock.monotonic()

    @property
    def remaining(self) -> float:
        """Seconds that are left; raise TransportError when there are none."""
        remaining = self._deadline - self._clock.monotonic()
        if remaining <= 0:
            raise self.out_of_time()
        return remaining

    def out_of_time(self) -> TransportError:
        """The error of a test whose time authentication has used up."""
        return TransportError(
            Category.TIMEOUT,
            f"authentication was not done within {self._timeout:g} s",
            "Raise the timeout of the test, or find out why its authentication is slow.",
        )

    async def send(self, request: PreparedRequest) -> ReceivedResponse:
        """Send one request as it is, in the time that is left; the answer names it."""
        response = await self._transport.send(request, self.remaining)
        return response if response.request else replace(response, request=request)
