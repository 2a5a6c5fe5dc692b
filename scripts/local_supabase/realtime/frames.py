"""Frames of the Phoenix protocol, in the two serializer versions that Supabase clients speak."""

from dataclasses import dataclass
from typing import Any, Protocol, cast

import orjson

from scripts.local_supabase.realtime.binary_frames import (
    decode_broadcast_push,
    encode_broadcast,
    fits_binary_frame,
)
from scripts.local_supabase.realtime.broadcasts import TOPIC_PREFIX, Broadcast
from scripts.local_supabase.realtime.json_documents import load_json

Ref = str | int | None
FIELD_TYPES = (Ref, Ref, str, str, dict)
Payload = dict[str, Any]
WireFrame = str | bytes


class MalformedFrameError(Exception):
    """What the client sent is not a frame of its protocol version."""


@dataclass(frozen=True, slots=True)
class ClientFrame:
    """A frame from a client; `broadcast` is set when it came as a binary push."""

    join_ref: Ref
    ref: Ref
    topic: str
    event: str
    payload: Payload
    broadcast: Broadcast | None = None


@dataclass(frozen=True, slots=True)
class ServerFrame:
    """A frame to one client; `topic` as on the wire. Without `join_ref` it is addressed to every subscriber of the topic."""

    topic: str
    event: str
    payload: Payload
    ref: Ref = None
    join_ref: Ref = None


class Codec(Protocol):
    """One version of the serializer."""

    def decode(self, data: WireFrame) -> ClientFrame:
        """Parse a frame; raise MalformedFrameError."""
        ...

    def encode(self, frame: ServerFrame) -> WireFrame:
        """Render a reply or a push."""
        ...

    def encode_broadcast(self, broadcast: Broadcast) -> WireFrame | None:
        """Render a broadcast; None when this version cannot carry it."""
        ...


class ObjectCodec:
    """Version 1.0.0: every frame is a JSON object in a text frame."""

    def decode(self, data: WireFrame) -> ClientFrame:
        """Parse a frame; raise MalformedFrameError."""
        fields = _load_json(data)
        if (
            not isinstance(fields, dict)
            or not {"topic", "event", "payload", "ref"} <= fields.keys()
        ):
            raise MalformedFrameError("expected an object with topic, event, payload and ref")
        named = cast("dict[str, Any]", fields)
        return _build_client_frame(
            [named.get("join_ref"), *(named[key] for key in ("ref", "topic", "event", "payload"))]
        )

    def encode(self, frame: ServerFrame) -> WireFrame:
        """Render a reply or a push."""
        return _dump_json(
            {
                "topic": frame.topic,
                "event": frame.event,
                "payload": frame.payload,
                "ref": frame.ref,
            }
        )

    def encode_broadcast(self, broadcast: Broadcast) -> WireFrame | None:
        """Render a broadcast; None for binary payloads, which this version cannot carry."""
        if broadcast.is_binary:
            return None
        topic = TOPIC_PREFIX + broadcast.topic
        return self.encode(ServerFrame(topic, "broadcast", broadcast.to_document()))


class ArrayCodec:
    """Version 2.0.0: JSON arrays in text frames, broadcasts in binary frames."""

    def decode(self, data: WireFrame) -> ClientFrame:
        """Parse a frame; raise MalformedFrameError."""
        if isinstance(data, bytes):
            return _decode_binary_frame(data)
        fields = _load_json(data)
        if not isinstance(fields, list):
            raise MalformedFrameError("expected an array of five")
        return _build_client_frame(cast("list[Any]", fields))

    def encode(self, frame: ServerFrame) -> WireFrame:
        """Render a reply or a push."""
        return _dump_json([frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload])

    def encode_broadcast(self, broadcast: Broadcast) -> WireFrame | None:
        """Render a broadcast, as text when a name is too long for the lengths of one byte."""
        topic = TOPIC_PREFIX + broadcast.topic
        if fits_binary_frame(topic, broadcast.event):
            return encode_broadcast(topic, broadcast)
        if broadcast.is_binary:
            return None
        return self.encode(ServerFrame(topic, "broadcast", broadcast.to_document()))


CODECS: dict[str, Codec] = {"1.0.0": ObjectCodec(), "2.0.0": ArrayCodec()}


def _load_json(data: WireFrame) -> object:
    try:
        return load_json(data)
    except ValueError as error:
        raise MalformedFrameError(str(error)) from error


def _dump_json(document: object) -> str:
    return orjson.dumps(document).decode()


def _build_client_frame(fields: list[Any]) -> ClientFrame:
    if len(fields) != len(FIELD_TYPES) or not all(map(isinstance, fields, FIELD_TYPES)):
        raise MalformedFrameError("expected join_ref, ref, topic, event and payload")
    return ClientFrame(*fields)


def _decode_binary_frame(data: bytes) -> ClientFrame:
    try:
        push = decode_broadcast_push(data)
    except ValueError as error:
        raise MalformedFrameError(str(error)) from error
    broadcast = Broadcast(
        push.topic.removeprefix(TOPIC_PREFIX), push.event, push.payload, is_binary=push.is_binary
    )
    return ClientFrame(push.join_ref, push.ref, push.topic, "broadcast", {}, broadcast)
