"""Connections that wait to be used again."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Hashable

from app.engine.transports.direct.connection import Connection
from app.engine.transports.routes import KEEP_ALIVE_SECONDS

MAXIMUM_IDLE_CONNECTIONS = 512


class ConnectionPool:
    """Keeps connections by what they may be used for; the one used last comes first."""

    def __init__(self) -> None:
        self._idle: defaultdict[Hashable, list[Connection]] = defaultdict(list)
        self._count = 0
        self._sweep: asyncio.TimerHandle | None = None

    def take(self, purpose: Hashable) -> Connection | None:
        """A connection that is open, None when there is none."""
        idle = self._idle.get(purpose)
        while idle:
            connection = idle.pop()
            self._count -= 1
            if connection.is_open and connection.idle_since > _get_oldest():
                return connection
            connection.close()
        return None

    def give(self, purpose: Hashable, connection: Connection) -> None:
        """Keep a connection whose last exchange is over; closes it when there are too many."""
        if self._count >= MAXIMUM_IDLE_CONNECTIONS:
            connection.close()
            return
        connection.idle_since = time.perf_counter()
        self._idle[purpose].append(connection)
        self._count += 1
        if self._sweep is None:
            self._schedule()

    def close(self) -> None:
        """Close them all."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        self._close_since(time.perf_counter())

    def _schedule(self) -> None:
        self._sweep = asyncio.get_running_loop().call_later(KEEP_ALIVE_SECONDS, self._close_old)

    def _close_old(self) -> None:
        self._sweep = None
        self._close_since(_get_oldest())
        if self._count:
            self._schedule()

    def _close_since(self, oldest: float) -> None:
        for purpose, connections in list(self._idle.items()):
            kept = [connection for connection in connections if connection.idle_since > oldest]
            for connection in connections[: len(connections) - len(kept)]:
                connection.close()
            self._count -= len(connections) - len(kept)
            if kept:
                self._idle[purpose] = kept
            else:
                del self._idle[purpose]


def _get_oldest() -> float:
    return time.perf_counter() - KEEP_ALIVE_SECONDS
