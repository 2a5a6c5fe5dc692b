"""What the relay counts, in the terms of Prometheus."""

import math
from functools import partial
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from app.realtime.connections import ConnectionKind
from app.realtime.frames import Frame
from app.realtime.relay import EventRelay
from app.realtime.upstream import RealtimeUpstream

LAG_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class RelayMetrics:
    """The numbers of one process; all names begin with `atp_relay_` or `atp_realtime_`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._viewers = Gauge(
            "atp_relay_viewers", "Open streams and sockets.", ["kind"], registry=registry
        )
        self._topics = Gauge("atp_relay_topics", "Watched topics.", registry=registry)
        self._subscriptions = Gauge(
            "atp_relay_subscriptions", "Topics followed, once for each viewer.", registry=registry
        )
        self.ends = Counter(
            "atp_relay_ends",
            "Ended streams and sockets.",
            ["kind", "reason"],
            registry=registry,
        )
        self._degraded = Gauge(
            "atp_relay_degraded_topics", "Watched topics that wait or poll.", registry=registry
        )
        self._connected = Gauge(
            "atp_realtime_connected", "1 while Realtime is connected.", registry=registry
        )
        self._joined = Gauge(
            "atp_realtime_joined_topics", "Topics that messages arrive on.", registry=registry
        )
        self._connects = Gauge(
            "atp_realtime_connects", "Connections made since the start.", registry=registry
        )
        self._round_trip = Gauge(
            "atp_realtime_round_trip_seconds", "Of the latest ping.", registry=registry
        )
        self._deliveries = Counter(
            "atp_relay_deliveries", "Writes to viewers that carried events.", registry=registry
        )
        self._events = Counter(
            "atp_relay_delivered_events", "Events written to viewers.", registry=registry
        )
        self._lag = Histogram(
            "atp_relay_lag_seconds",
            "From the announcement in the database until the viewer's socket took it.",
            buckets=LAG_BUCKETS,
            registry=registry,
        )

    def observe(self, relay: EventRelay) -> None:
        """Report the viewers and topics of this relay at every look, from any thread."""
        for kind in get_args(ConnectionKind):
            self._viewers.labels(kind).set_function(partial(relay.connections.count, kind))
        self._topics.set_function(lambda: len(relay.viewer_counts))
        self._subscriptions.set_function(lambda: sum(relay.viewer_counts.values()))
        self._degraded.set_function(lambda: sum(feed.is_degraded for feed in relay.list_feeds()))

    def observe_upstream(self, upstream: RealtimeUpstream) -> None:
        """Report the state of this connection at every look, from any thread."""
        self._connected.set_function(lambda: upstream.is_connected)
        self._joined.set_function(lambda: len(upstream.joined_topics))
        self._connects.set_function(lambda: upstream.connection_count)
        self._round_trip.set_function(lambda: upstream.round_trip_seconds or math.nan)

    def record_delivery(self, frame: Frame, now: float) -> None:
        """Count a frame that a viewer took at `now`, on the clock's `monotonic`."""
        self._deliveries.inc()
        self._events.inc(len(frame.envelopes))
        if frame.announced_at is not None:
            self._lag.observe(now - frame.announced_at)
