"""What flows through the relay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self, cast

import orjson

JsonObject = Mapping[str, object]
EndReason = Literal["completed", "token_expired", "shutting_down", "interrupted"]

RUN_COMPLETED: Final = "run_completed"
FINAL_STATUSES: Final = frozenset({"completed", "failed", "cancelled"})


class MalformedEventError(ValueError):
    """A broadcast or a page of the log does not have the agreed shape."""


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One event of a run; `encoded` is the whole event as JSON, encoded once for all viewers."""

    seq: int
    type: str
    encoded: str

    @classmethod
    def from_document(cls, document: object) -> Self:
        """Raise `MalformedEventError` unless the document has an integer `seq` and a `type`."""
        match document:
            case {"seq": int(seq), "type": str(event_type)}:
                return cls(seq, event_type, orjson.dumps(document).decode())
            case _:
                message = "an event has no seq or no type"
                raise MalformedEventError(message)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events of the log in order, with the newest seq and the status of the run at that moment."""

    events: tuple[RunEvent, ...]
    event_seq: int
    status: str

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
    def from_document(cls, document: JsonObject) -> Self:
        """Read the answer of `get_run_events`; raise `MalformedEventError` on another shape."""
        match document:
            case {"event_seq": int(event_seq), "status": str(status)}:
                return cls(parse_events(document), event_seq, status)
            case _:
                message = "a page of the event log has no event_seq or no status"
                raise MalformedEventError(message)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run with its results so far, as of `seq`; `encoded` is the whole document as JSON."""

    seq: int
    status: str
    encoded: str

    @property
    def is_of_finished_run(self) -> bool:
        """No event will ever follow `seq`."""
        return self.status in FINAL_STATUSES

    @classmethod
    def from_document(cls, document: JsonObject) -> Self:
        """Read the answer of `get_test_run_snapshot`; raise `MalformedEventError` on another shape."""
        match document:
            case {"seq": int(seq), "run": {"status": str(status)}}:
                return cls(seq, status, orjson.dumps(document).decode())
            case _:
                message = "a snapshot has no seq or no status"
                raise MalformedEventError(message)


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Consecutive events, at least one."""

    events: tuple[RunEvent, ...]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing happened for a while; the stream is alive."""


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """The last item of every stream; unless `completed`, the viewer may come back and resume."""

    reason: EndReason


StreamItem = Snapshot | EventBatch | Heartbeat | StreamEnd


def parse_events(document: JsonObject) -> tuple[RunEvent, ...]:
    """Read the `events` of a broadcast or a log page; raise `MalformedEventError` on another shape."""
    events = document.get("events")
    if not isinstance(events, list):
        message = "there is no list of events"
        raise MalformedEventError(message)
    return tuple(RunEvent.from_document(event) for event in cast("Sequence[object]", events))
