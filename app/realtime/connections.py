"""The streams and sockets of this process, and how many there may be."""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

from app.auth.principal import Principal
from app.core.clock import Clock
from app.core.identifiers import UserId
from app.realtime.errors import RelayFullError, TooManyConnectionsError
from app.realtime.models import EndReason
from app.realtime.subscription import Subscription
from app.realtime.topics import TopicName

ConnectionKind = Literal["stream", "websocket"]
RETRY_AFTER: Final = timedelta(seconds=5)


class Connection:
    """
    One stream or socket of a viewer, from the side of whoever supervises it.

    It is served by one task, which waits for its `attention`. All instants are on the clock's
    `monotonic`.
    """

    def __init__(self, principal: Principal, kind: ConnectionKind, clock: Clock) -> None:
        self.principal = principal
        self.kind = kind
        self.opened_at = clock.monotonic()
        # Those that were opened together must not all end together.
        self.lifetime_share = random.uniform(0.9, 1.0)  # noqa: S311
        self.subscriptions: dict[TopicName, Subscription] = {}
        self.ending: EndReason | None = None
        self.sending_since: float | None = None
        self.sent_at = self.opened_at
        self.is_heartbeat_due = False
        self.gone: asyncio.Task[None] | None = None
        self._is_abandoned = False
        self._server: asyncio.Task[Any] | None = None
        self._clock = clock
        self._attention = asyncio.Event()

    def wake(self) -> None:
        """Have the serving task look what there is to do."""
        self._attention.set()

    def end(self, reason: EndReason) -> None:
        """Have the serving task end; the first reason counts."""
        self.ending = self.ending or reason
        self._attention.set()

    async def serve(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do the work in this task, and say whether it ended by itself; else it was abandoned."""
        self._server = asyncio.current_task()
        try:
            await work
        except asyncio.CancelledError:
            if self._server is None or not self._is_abandoned:
                raise
            self._server.uncancel()
            return False
        finally:
            self._server = None
        return True

    def abandon(self) -> None:
        """Cancel the work: its peer takes nothing, not even a farewell."""
        if self._server is not None and not self._is_abandoned:
            self._is_abandoned = True
            self._server.cancel()

    def detach(self) -> None:
        """Let go of all topics."""
        for subscription in self.subscriptions.values():
            subscription.close()
        self.subscriptions.clear()

    async def wait(self) -> None:
        """Return when there may be something to do."""
        await self._attention.wait()
        self._attention.clear()

    def begin_sending(self) -> None:
        """Note that the peer has something to take."""
        self.sending_since = self._clock.monotonic()

    def end_sending(self) -> float:
        """Note that the peer has taken it, or that it fits into the buffers on the way; say when."""
        self.sent_at = self._clock.monotonic()
        self.sending_since = None
        self.is_heartbeat_due = False
        return self.sent_at


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections there may be at a time, and topics on each."""

    total: int = 5_000
    of_one_user: int = 100
    topics_of_one: int = 100


@dataclass(slots=True)
class Connections:
    """All open connections."""

    limits: ConnectionLimits
    clock: Clock
    _open: set[Connection] = field(default_factory=set[Connection])
    _by_user: Counter[UserId] = field(default_factory=Counter[UserId])
    _unknown: int = 0

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._open))

    def __len__(self) -> int:
        return len(self._open)

    def count(self, kind: ConnectionKind) -> int:
        """Return how many of this kind are open; any thread may ask."""
        return sum(connection.kind == kind for connection in self)

    @contextmanager
    def admitting(self) -> Generator[None]:
        """Count somebody whose name we do not know yet; raises `RelayFullError`."""
        self._require_room()
        self._unknown += 1
        try:
            yield
        finally:
            self._unknown -= 1

    def open(self, principal: Principal, kind: ConnectionKind) -> Connection:
        """Count one more; raises `TooManyConnectionsError` and `RelayFullError`."""
        if self._by_user[principal.user_id] >= self.limits.of_one_user:
            raise TooManyConnectionsError(retry_after=RETRY_AFTER)
        self._require_room()
        connection = Connection(principal, kind, self.clock)
        self._open.add(connection)
        self._by_user[principal.user_id] += 1
        return connection

    def close(self, connection: Connection) -> bool:
        """Let go of all its subscriptions and count one less; say whether it was open."""
        if connection not in self._open:
            return False
        self._open.remove(connection)
        self._by_user[connection.principal.user_id] -= 1
        if not self._by_user[connection.principal.user_id]:
            del self._by_user[connection.principal.user_id]
        connection.detach()
        return True

    def linger(self, connection: Connection, gone: asyncio.Task[None]) -> None:
        """
        Let go of the subscriptions of an abandoned connection, and count it until `gone`.

        The server cannot close a socket before its peer has taken what is in its buffer; whoever
        never reads must not be able to pile such sockets up.
        """
        connection.detach()
        connection.gone = gone
        gone.add_done_callback(lambda _: self.close(connection))

    def _require_room(self) -> None:
        if len(self._open) + self._unknown >= self.limits.total:
            raise RelayFullError(retry_after=RETRY_AFTER)
