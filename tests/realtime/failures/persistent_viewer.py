"""Viewers that behave as browsers do: they come back, after what they have, until the run is over."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets

from scripts.demonstration.stream import read_events
from tests.fixtures.users import User

Document = dict[str, Any]

BEFORE_RETRY_SECONDS = 0.2
PATIENCE_SECONDS = 90
# Nothing is encrypted here, and making one for each of many clients takes long.
ENCRYPTION = httpx.create_ssl_context()


@dataclass
class PersistentViewer(ABC):
    """Follows one topic; `renewed` is who it is after the token of `user` has expired."""

    service_url: str
    topic: str
    user: User
    renewed: User | None = None
    snapshots: list[Document] = field(default_factory=list[Document])
    events: list[Document] = field(default_factory=list[Document])
    states: list[Document] = field(default_factory=list[Document])
    farewells: list[str] = field(default_factory=list[str])
    refusals: list[int | str] = field(default_factory=list[int | str])
    attempts: int = 0

    @property
    def position(self) -> int | None:
        """The number of the last event that this viewer knows."""
        if self.events:
            return self.events[-1]["seq"]
        return self.snapshots[-1]["seq"] if self.snapshots else None

    @property
    def has_seen_the_end(self) -> bool:
        if not self.topic.startswith("run:"):
            return False
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
        while not self.has_seen_the_end and not self.refusals:
            self.attempts += 1
            await self._attend()
            await asyncio.sleep(BEFORE_RETRY_SECONDS)

    @abstractmethod
    async def _attend(self) -> None:
        """Connect and take what comes until the connection ends, however it does."""

    def _take(self, envelope: Document) -> None:
        match envelope["type"]:
            case "snapshot":
                # It stands for all events before it.
                self.snapshots.append(envelope)
                self.events.clear()
            case "reconnect" | "unsubscribed":
                self._part(envelope["data"]["reason"])
            case "error":
                self.refusals.append(envelope["data"]["code"])
            case "presence" | "degraded" | "authenticated" | "subscribed":
                self.states.append(envelope)
            case _:
                self.events.append(envelope)

    def _part(self, reason: str) -> None:
        self.farewells.append(reason)
        if reason == "token_expired" and self.renewed is not None:
            self.user = self.renewed


class StreamViewer(PersistentViewer):
    """Follows over server-sent events."""

    async def _attend(self) -> None:
        kind, _, identifier = self.topic.partition(":")
        path = f"/api/v1/{kind}s/{identifier}/events"
        async with httpx.AsyncClient(
            base_url=self.service_url, headers=self.user.headers, timeout=60, verify=ENCRYPTION
        ) as client:
            try:
                async for event in read_events(client, path, self.position):
                    self._take(event.document)
            except httpx.HTTPStatusError as error:
                if error.response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    self.refusals.append(error.response.status_code)
            except httpx.HTTPError:
                pass


class SocketViewer(PersistentViewer):
    """Follows over a WebSocket."""

    async def _attend(self) -> None:
        url = self.service_url.replace("http://", "ws://") + "/api/v1/realtime"
        token = websockets.Subprotocol(f"bearer.{self.user.access_token}")
        try:
            async with websockets.connect(
                url, subprotocols=[websockets.Subprotocol("atp.v1"), token]
            ) as socket:
                await self._listen(socket)
        except websockets.ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.reason:
                self._part(error.rcvd.reason)
        except (OSError, websockets.InvalidHandshake, TimeoutError):
            pass

    async def _listen(self, socket: websockets.ClientConnection) -> None:
        request = {"type": "subscribe", "topic": self.topic, "after_seq": self.position}
        await socket.send(json.dumps(request))
        partings = len(self.farewells)
        while not self.has_seen_the_end and not self.refusals and len(self.farewells) == partings:
            for envelope in json.loads(await socket.recv()):
                self._take(envelope)


@asynccontextmanager
async def following(viewers: Sequence[PersistentViewer]) -> AsyncGenerator[asyncio.TaskGroup]:
    """Let all follow, and who joins them; the block ends when all have seen the end of the run."""
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        for viewer in viewers:
            tasks.create_task(viewer.follow())
        yield tasks


def saw_exactly(viewer: PersistentViewer, log: list[Document]) -> bool:
    """Whether the viewer knows every event after its last snapshot, once and in order."""
    start = viewer.snapshots[-1]["seq"] if viewer.snapshots else 0
    return viewer.events == [{**event, "topic": viewer.topic} for event in log[start:]]
