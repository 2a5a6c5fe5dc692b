"""What the demonstration saw, as plain data for the expectations and the summary."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from scripts.demonstration.stream import ServerSentEvent

Document = dict[str, Any]
ENDINGS = {"test_completed", "test_failed", "test_skipped"}


@dataclass(frozen=True, kw_only=True)
class Streams:
    """The same run followed in four ways."""

    live: list[ServerSentEvent]
    """From the first event on, while it ran."""
    joined: list[ServerSentEvent]
    """A viewer who began with a snapshot."""
    replayed: list[ServerSentEvent]
    """From the first event on, after the end."""
    status_after_end: int
    """The answer to somebody who has seen everything already."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything that the expectations look at."""

    run: Document
    results: list[Document]
    streams: Streams
    texts: dict[str, str] = field(repr=False)
    """All that may be read of the run, in which no secret may stand; by where it was read."""
    secrets: list[str] = field(repr=False)
    outsider_statuses: dict[str, int]
    """What the outsider asked the service for, and the status of the answer."""
    outsider_rows: dict[str, str]
    """What the outsider read from Supabase itself."""
    run_started_at: float
    """Seconds since the epoch."""
    run_seconds: float

    def count_events(self) -> dict[str, int]:
        return dict(Counter(event.type for event in self.streams.live))

    def endings(self) -> dict[str, Document]:
        """The data of each test's last event, by the key of the test."""
        return {
            data["key"]: {**data, "type": event.type}
            for event in self.streams.live
            if event.type in ENDINGS
            for data in [event.document["data"]]
        }
