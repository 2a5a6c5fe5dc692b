"""A reader of server-sent events, written against the standard and not against our service."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True)
class ServerSentEvent:
    """One dispatched event; `id` is the last one the stream has named."""

    type: str
    id: str
    data: str
    received_at: float = field(default=0.0, compare=False)
    """Seconds of the monotonic clock."""

    @property
    def document(self) -> dict[str, Any]:
        """The data as the JSON object that it is."""
        document: dict[str, Any] = json.loads(self.data)
        return document

    @property
    def is_state(self) -> bool:
        """Whether it tells how things are, such as who watches, and not what happened."""
        return self.document["seq"] is None


@dataclass
class EventParser:
    """Turns lines into events; a blank line dispatches what came before it."""

    type: str = ""
    id: str = ""
    data: list[str] = field(default_factory=list[str])

    def parse(self, line: str) -> ServerSentEvent | None:
        """Take one line, without its end; comments and unknown fields are ignored."""
        if not line:
            return self.dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self.type = value
        elif name == "id":
            self.id = value
        elif name == "data":
            self.data.append(value)
        return None

    def dispatch(self) -> ServerSentEvent | None:
        lines, self.data = self.data, []
        kind, self.type = self.type or "message", ""
        if not lines:
            return None
        return ServerSentEvent(kind, self.id, "\n".join(lines), time.monotonic())


async def read_events(
    client: httpx.AsyncClient, path: str, last_event_id: int | None = None
) -> AsyncIterator[ServerSentEvent]:
    """Follow a stream to its end; raises httpx.HTTPStatusError when it is refused."""
    headers = {"Accept": "text/event-stream"}
    if last_event_id is not None:
        headers["Last-Event-ID"] = str(last_event_id)
    async with client.stream("GET", path, headers=headers, timeout=60.0) as answer:
        answer.raise_for_status()
        async for event in parse_events(answer.aiter_lines()):
            yield event


async def parse_events(lines: AsyncIterator[str]) -> AsyncIterator[ServerSentEvent]:
    """Turn the lines of a stream into its events."""
    parser = EventParser()
    async for line in lines:
        if event := parser.parse(line):
            yield event
