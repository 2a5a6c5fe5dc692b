"""Waiting for what must become true."""

import asyncio
from collections.abc import Callable

PATIENCE_SECONDS = 20


async def until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; raise `TimeoutError` when it does not come to that."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if condition():
                return
            await asyncio.sleep(0.002)
