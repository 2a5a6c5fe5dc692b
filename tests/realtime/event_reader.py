"""A caller that follows a run over HTTP and remembers what arrived, and when."""

import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from scripts.demonstration.stream import ServerSentEvent, read_events


@dataclass
class EventReader:
    """Follows one run, again and again when asked to; a snapshot stands for all before it."""

    client: httpx.AsyncClient
    run_id: str
    address: str = "/api/v1"
    snapshot: dict[str, Any] | None = None
    state: dict[str, Any] = field(default_factory=dict[str, Any])
    events: list[ServerSentEvent] = field(default_factory=list[ServerSentEvent])
    arrivals: list[float] = field(default_factory=list[float])
    farewell: str | None = None

    async def follow(self, last_event_id: int | None = None) -> None:
        path = f"{self.address}/runs/{self.run_id}/events"
        async for event in read_events(self.client, path, last_event_id):
            match event.type:
                case "snapshot":
                    self.snapshot = event.document["data"]
                    self.events.clear()
                    self.arrivals.clear()
                case "reconnect":
                    self.farewell = event.document["data"]["reason"]
                case "presence" | "degraded":
                    self.state[event.type] = event.document["data"]
                case _:
                    self.events.append(event)
                    self.arrivals.append(time.monotonic())

    @property
    def seqs(self) -> list[int]:
        return [int(event.id) for event in self.events]

    @property
    def last_seq(self) -> int:
        if self.events:
            return self.seqs[-1]
        return self.snapshot["seq"] if self.snapshot else 0
