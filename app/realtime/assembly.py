"""Joins what the live events of one process are made of."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry

from app.auth.tokens import TokenVerifier
from app.core.clock import Clock
from app.core.settings import Settings
from app.db.database import Database
from app.realtime.connections import ConnectionLimits
from app.realtime.metrics import RelayMetrics
from app.realtime.presence import PresenceExchange
from app.realtime.relay import EventRelay, RelayOptions, RelayTiming
from app.realtime.repository import TopicRepository
from app.realtime.service import EventService
from app.realtime.supervision import SupervisionTiming
from app.realtime.tickets import TicketOffice
from app.realtime.upstream import RealtimeUpstream


@asynccontextmanager
async def relaying(
    settings: Settings,
    database: Database,
    upstream: RealtimeUpstream,
    verifier: TokenVerifier,
    registry: CollectorRegistry,
    clock: Clock,
) -> AsyncGenerator[EventService]:
    """Serve live events while entered."""
    secret = settings.secrets_encryption_key
    exchange = PresenceExchange(upstream, secret, clock)
    store = TopicRepository(database)
    async with EventRelay(upstream, store, exchange, _read_options(settings), clock) as relay:
        metrics = RelayMetrics(registry)
        metrics.observe(relay)
        metrics.observe_upstream(upstream)
        yield EventService(
            relay=relay,
            metrics=metrics,
            verifier=verifier,
            tickets=TicketOffice(secret, clock),
            clock=clock,
        )


def _read_options(settings: Settings) -> RelayOptions:
    limits = ConnectionLimits(
        total=settings.realtime_connections,
        of_one_user=settings.realtime_connections_per_user,
        topics_of_one=settings.realtime_subscriptions,
    )
    supervision = SupervisionTiming(
        lifetime=settings.realtime_lifetime,
        between_access_checks=settings.realtime_access_interval,
    )
    return RelayOptions(limits, RelayTiming(supervision=supervision))
