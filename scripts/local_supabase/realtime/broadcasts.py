"""A broadcast on its way to subscribers, whoever sent it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

TOPIC_PREFIX = "realtime:"


class Room(NamedTuple):
    """Where subscribers meet: the public and the private channel of one topic are two rooms."""

    topic: str
    private: bool

    @property
    def wire_topic(self) -> str:
        """The topic as frames carry it."""
        return TOPIC_PREFIX + self.topic


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One event; `payload` is JSON text, or raw bytes when `is_binary`."""

    topic: str
    event: str
    payload: bytes
    is_binary: bool = False
    message_id: str | None = None
    is_replayed: bool = False

    @property
    def meta(self) -> dict[str, Any] | None:
        """What the server adds to messages it read from the database."""
        if self.message_id is None:
            return None
        if self.is_replayed:
            return {"replayed": True, "id": self.message_id}
        return {"id": self.message_id}

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form; only for payloads that are JSON."""
        document: dict[str, Any] = {
            "type": "broadcast",
            "event": self.event,
            "payload": orjson.Fragment(self.payload),
        }
        if self.meta is not None:
            document["meta"] = self.meta
        return document
