"""A viewer that behaves as a browser does: it comes back, after what it has, until the run is over."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from scripts.demonstration.stream import ServerSentEvent, read_events

Document = dict[str, Any]

BEFORE_RETRY_SECONDS = 0.2
PATIENCE_SECONDS = 90
# Nothing is encrypted here, and making one for each of many clients takes long.
ENCRYPTION = httpx.create_ssl_context()


@dataclass
class PersistentViewer:
    """Follows one run; `renewed_headers` are those of the next attempt once the token has expired."""

    service_url: str
    path: str
    headers: dict[str, str]
    renewed_headers: dict[str, str] = field(default_factory=dict[str, str])
    snapshots: list[Document] = field(default_factory=list[Document])
    events: list[Document] = field(default_factory=list[Document])
    states: list[Document] = field(default_factory=list[Document])
    farewells: list[str] = field(default_factory=list[str])
    refusals: list[int] = field(default_factory=list[int])
    attempts: int = 0

    @property
    def position(self) -> int | None:
        """The number of the last event that this viewer knows."""
        if self.events:
            return self.events[-1]["seq"]
        return self.snapshots[-1]["seq"] if self.snapshots else None

    @property
    def has_seen_the_end(self) -> bool:
        if self.events:
            return self.events[-1]["type"] == "run_completed"
        return (
            bool(self.snapshots) and self.snapshots[-1]["data"]["run"]["completed_at"] is not None
        )

    @property
    def final_counts(self) -> Document:
        return self.events[-1]["data"]["counts"]

    def has_been_told(self, *, degraded: bool) -> bool:
        """Whether the newest of the news about the service's own condition says so."""
        told = [state["data"]["degraded"] for state in self.states if state["type"] == "degraded"]
        return (told[-1] if told else False) is degraded

    async def follow(self) -> None:
        """Come back until the run is over or the service refuses."""
        async with httpx.AsyncClient(timeout=60, verify=ENCRYPTION) as client:
            while not self.has_seen_the_end and not self.refusals:
                try:
                    await self._attend(client)
                except httpx.HTTPStatusError as error:
                    if error.response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                        self.refusals.append(error.response.status_code)
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(BEFORE_RETRY_SECONDS)

    async def _attend(self, client: httpx.AsyncClient) -> None:
        self.attempts += 1
        client.headers.update(self.headers)
        address = self.service_url + self.path
        async for event in read_events(client, address, self.position):
            self._take(event)

    def _take(self, event: ServerSentEvent) -> None:
        match event.type:
            case "snapshot":
                # It stands for all events before it.
                self.snapshots.append(event.document)
                self.events.clear()
            case "reconnect":
                self._part(event.document["data"]["reason"])
            case "presence" | "degraded":
                self.states.append(event.document)
            case _:
                self.events.append(event.document)

    def _part(self, reason: str) -> None:
        self.farewells.append(reason)
        if reason == "token_expired":
            self.headers = self.renewed_headers


@asynccontextmanager
async def following(viewers: Sequence[PersistentViewer]) -> AsyncGenerator[asyncio.TaskGroup]:
    """Let all follow, and who joins them; the block ends when all have seen the end of the run."""
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        for viewer in viewers:
            tasks.create_task(viewer.follow())
        yield tasks


def saw_exactly(viewer: PersistentViewer, log: list[Document]) -> bool:
    """Whether the viewer knows every event after its last snapshot, once and in order."""
    topic = log[-1]["run_id"]
    start = viewer.snapshots[-1]["seq"] if viewer.snapshots else 0
    expected = [{**event, "topic": f"run:{topic}"} for event in log[start:]]
    return viewer.events == expected
