"""Opens event streams for callers, and gives them tickets."""

import asyncio
from dataclasses import dataclass

from app.auth.principal import Principal
from app.auth.tokens import TokenVerifier
from app.core.clock import Clock
from app.realtime.connections import Connection
from app.realtime.events import Reconnect, describe
from app.realtime.frames import Frame
from app.realtime.metrics import RelayMetrics
from app.realtime.models import EndReason, Envelope
from app.realtime.relay import EventRelay
from app.realtime.subscription import Subscription
from app.realtime.tickets import Ticket, TicketOffice
from app.realtime.topics import TopicName


@dataclass(frozen=True, slots=True)
class EventStream:
    """What one viewer receives of one topic; whoever has it must close it."""

    service: "EventService"
    topic: TopicName
    connection: Connection
    subscription: Subscription

    def find_end(self) -> EndReason | None:
        """Return why nothing more will come, None while something may."""
        return self.connection.ending or self.subscription.find_end()

    async def take(self) -> Frame | None:
        """Return what is due next; None when a heartbeat is, or the stream has ended."""
        while self.find_end() is None:
            frame = await self.subscription.take()
            if frame is not None or self.connection.is_heartbeat_due:
                return frame
            await self.connection.wait()
        return None

    def record_delivery(self, frame: Frame) -> None:
        """Count a frame that the viewer just took."""
        self.service.metrics.record_delivery(frame, self.connection.sent_at)

    def describe_end(self, reason: EndReason) -> Envelope:
        """Return the last envelope of a stream that ends early."""
        return describe(self.topic, "reconnect", Reconnect(reason=reason), self.service.clock)

    def linger(self, gone: asyncio.Task[None]) -> None:
        """Let go of the topic, and count the viewer until its socket is gone."""
        self.service.linger(self.connection, gone)

    def close(self) -> None:
        """Let go of the topic; doing it again does nothing."""
        self.service.release(self.connection, self.find_end())


@dataclass(frozen=True, slots=True)
class EventService:
    """Live events for signed-in users."""

    relay: EventRelay
    metrics: RelayMetrics
    verifier: TokenVerifier
    tickets: TicketOffice
    clock: Clock

    async def open_stream(
        self, principal: Principal, topic: TopicName, after_seq: int | None
    ) -> EventStream:
        """Return the stream of a topic; raises what `connect` and `subscribe` of the relay raise."""
        connection = self.relay.connect(principal, "stream")
        try:
            subscription = await self.relay.subscribe(connection, topic, after_seq)
        except BaseException:
            self.relay.connections.close(connection)
            raise
        return EventStream(self, topic, connection, subscription)

    def linger(self, connection: Connection, gone: asyncio.Task[None]) -> None:
        """Let go of what an abandoned viewer follows; its socket counts until it is `gone`."""
        self.metrics.ends.labels(connection.kind, connection.ending or "gone").inc()
        self.relay.connections.linger(connection, gone)

    def release(self, connection: Connection, reason: EndReason | None) -> None:
        """Let go of everything that a viewer follows; doing it again does nothing."""
        if self.relay.connections.close(connection):
            self.metrics.ends.labels(connection.kind, reason or "gone").inc()

    def issue_ticket(self, principal: Principal) -> Ticket:
        """Return a ticket for the caller's streams."""
        return self.tickets.issue(principal.token)

    async def redeem_ticket(self, ticket: str) -> Principal:
        """Return whose ticket it is; raises an `UnauthorizedError`, or 503 without keys."""
        return await self.verifier.verify(self.tickets.redeem(ticket))
