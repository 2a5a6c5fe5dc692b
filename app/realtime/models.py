"""
What flows through the relay.

History is numbered and logged by the database: the events of a topic. State is neither, only its
newest value matters: who watches, whether Realtime is down. Viewers get both as envelopes of one
shape, `{version, topic, type, seq, occurred_at, data}`; `events.py` describes each type.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Self, cast

import orjson

from app.realtime.topics import TopicName

JsonObject = Mapping[str, object]
EndReason = Literal[
    "completed",
    "token_expired",
    "access_revoked",
    "too_slow",
    "lifetime",
    "shutting_down",
    "interrupted",
    "gone",
]

VERSION: Final = 1
RUN_COMPLETED: Final = "run_completed"
FINAL_STATUSES: Final = frozenset({"completed", "failed", "cancelled"})


class MalformedEventError(ValueError):
    """A broadcast, a snapshot or a page of the log does not have the agreed shape."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Something for viewers; `encoded` is the whole envelope as JSON, encoded once for all."""

    type: str
    encoded: bytes
    seq: int | None

    def to_server_sent(self) -> bytes:
        """Return it as a server-sent event, whose id is the seq; state has none."""
        identifier = b"" if self.seq is None else b"\nid: %d" % self.seq
        return b"event: %b\ndata: %b%b\n\n" % (self.type.encode(), self.encoded, identifier)


@dataclass(frozen=True, slots=True)
class Event(Envelope):
    """One event of a topic's log."""

    seq: int

    @classmethod
    def from_document(cls, document: object, topic: TopicName) -> Self:
        """Raise `MalformedEventError` unless the document has an integer `seq` and a `type`."""
        match document:
            case {"seq": int(seq), "type": str(event_type)}:
                members = cast("JsonObject", document)
                complete = {"version": VERSION, "topic": str(topic), **members}
                return cls(sys.intern(event_type), _encode(complete), seq)
            case _:
                message = "an event has no seq or no type"
                raise MalformedEventError(message)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Events that were announced together, and when."""

    events: tuple[Event, ...]
    announced_at: datetime | None

    @classmethod
    def from_payload(cls, payload: JsonObject, topic: TopicName) -> Self:
        """Read the payload of a message; raise `MalformedEventError` on another shape."""
        announced_at = payload.get("announced_at")
        try:
            instant = (
                datetime.fromisoformat(announced_at) if isinstance(announced_at, str) else None
            )
        except ValueError as error:
            message = "announced_at is no time"
            raise MalformedEventError(message) from error
        return cls(_parse_events(payload, topic), instant)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events of the log in order, with the newest seq and a run's status at that moment."""

    events: tuple[Event, ...]
    event_seq: int
    status: str | None = None

    @property
    def is_of_finished_run(self) -> bool:
        """No event will ever follow `event_seq`."""
        return self.status in FINAL_STATUSES

    def continues(self, seq: int) -> bool:
        """Whether this page tells all that follows `seq`, or its beginning."""
        if self.events:
            return self.events[0].seq == seq + 1
        return seq == self.event_seq

    @classmethod
    def from_document(cls, document: JsonObject, topic: TopicName) -> Self:
        """Read what `get_*_events` answers; raise `MalformedEventError` on another shape."""
        match document:
            case {"event_seq": int(event_seq), "status": str(status)}:
                return cls(_parse_events(document, topic), event_seq, status)
            case {"event_seq": int(event_seq)}:
                return cls(_parse_events(document, topic), event_seq)
            case _:
                message = "a page of the event log has no event_seq"
                raise MalformedEventError(message)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run with its results so far, or a project with its runs, as of `seq`; `content` is JSON."""

    seq: int
    status: str | None
    content: bytes

    @property
    def is_of_finished_run(self) -> bool:
        """No event will ever follow `seq`."""
        return self.status in FINAL_STATUSES

    @classmethod
    def from_document(cls, document: JsonObject) -> Self:
        """Read what `get_*_snapshot` answers; raise `MalformedEventError` on another shape."""
        match document:
            case {"seq": int(seq), "run": {"status": str(status)}}:
                return cls(seq, status, _encode(document))
            case {"seq": int(seq), "project": {}}:
                return cls(seq, None, _encode(document))
            case _:
                message = "a snapshot has no seq, or neither run nor project"
                raise MalformedEventError(message)


def _parse_events(document: JsonObject, topic: TopicName) -> tuple[Event, ...]:
    events = document.get("events")
    if not isinstance(events, list):
        message = "there is no list of events"
        raise MalformedEventError(message)
    return tuple(Event.from_document(event, topic) for event in cast("Sequence[object]", events))


def _encode(document: JsonObject) -> bytes:
    # The encoder leaves a kilobyte or more of spare room behind its result; a copy keeps none.
    return bytes(memoryview(orjson.dumps(document)))
