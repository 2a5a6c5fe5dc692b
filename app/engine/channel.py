"""A bounded queue from the tests of a run to the one consumer of its events."""

import asyncio
from collections import deque

from app.engine.events import Event


class EventChannel:
    """A slow consumer holds the run back instead of filling the memory."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._events: deque[Event] = deque()
        self._has_events = asyncio.Event()
        self._has_room = asyncio.Event()
        self._is_closed = False

    async def put(self, event: Event) -> None:
        """Hand an event over, waiting while the channel is full."""
        while len(self._events) >= self._capacity:
            self._has_room.clear()
            await self._has_room.wait()
        self._events.append(event)
        if len(self._events) == 1:
            self._has_events.set()

    async def get(self) -> Event | None:
        """The next event; None once the channel is closed and empty."""
        while not self._events:
            if self._is_closed:
                return None
            self._has_events.clear()
            await self._has_events.wait()
        event = self._events.popleft()
        if len(self._events) == self._capacity - 1:
            self._has_room.set()
        return event

    def close(self) -> None:
        """Nothing more will be put."""
        self._is_closed = True
        self._has_events.set()
