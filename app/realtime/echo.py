"""Tells whether what is sent to Realtime comes back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count
from typing import Final

from app.realtime.errors import RealtimeUnavailableError

EVENT: Final = "ping"
PATIENCE_SECONDS: Final = 5

Send = Callable[[str, Mapping[str, object]], Awaitable[None]]


class Echo:
    """The listener of a topic that only this process uses, to hear itself."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._awaited: dict[object, asyncio.Future[None]] = {}
        self.round_trip_seconds: float | None = None

    async def ping(self, send: Send) -> None:
        """Send something and hear it; raises `RealtimeUnavailableError` when it does not come back."""
        loop = asyncio.get_running_loop()
        number, begun = next(self._numbers), loop.time()
        heard = self._awaited[number] = loop.create_future()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await send(EVENT, {"number": number})
                await heard
        except TimeoutError as error:
            raise RealtimeUnavailableError from error
        finally:
            del self._awaited[number]
        self.round_trip_seconds = loop.time() - begun

    def on_joined(self) -> None:
        """Pings come back from now on."""

    def on_lost(self) -> None:
        """Pings do not come back until `on_joined`."""

    def on_message(self, payload: Mapping[str, object]) -> None:
        """Hear a ping."""
        heard = self._awaited.get(payload.get("number"))
        if heard is not None and not heard.done():
            heard.set_result(None)

    def on_presence(self, others: Sequence[Mapping[str, object]]) -> None:
        """Nobody else is here."""
