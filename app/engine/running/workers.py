"""Tasks that carry out what was admitted."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from app.engine.running.unit import Unit


class Workers:
    """
    As many tasks as units run at a time; one that is done goes on with the next unit at once.

    `carry_out` is awaited for each unit. New tasks are started in `group`.
    """

    def __init__(
        self, group: asyncio.TaskGroup, carry_out: Callable[[Unit], Awaitable[None]]
    ) -> None:
        self._group = group
        self._carry_out = carry_out
        self._units: deque[Unit] = deque()
        self._is_recruiting = False

    def add(self, unit: Unit) -> None:
        """Have it carried out, at the latest when the event loop comes round."""
        self._units.append(unit)
        if not self._is_recruiting:
            self._is_recruiting = True
            asyncio.get_running_loop().call_soon(self._recruit)

    def close(self) -> None:
        """Forget what has not begun."""
        self._units.clear()

    def _recruit(self) -> None:
        self._is_recruiting = False
        for _ in self._units:
            self._group.create_task(self._work())

    async def _work(self) -> None:
        while self._units:
            await self._carry_out(self._units.popleft())
