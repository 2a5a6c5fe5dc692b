"""Binary frames of serializer version 2.0.0: one byte per length, names in UTF-8."""

from dataclasses import dataclass

import orjson

from scripts.local_supabase.realtime.broadcasts import Broadcast
from scripts.local_supabase.realtime.json_documents import load_json

PUSH_KIND = 3
BROADCAST_KIND = 4
RAW_ENCODING = 0
JSON_ENCODING = 1
LONGEST_NAME = 255
PUSH_HEADER_BYTES = 7


@dataclass(frozen=True, slots=True)
class BroadcastPush:
    """A broadcast as a client sends it."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: bytes
    is_binary: bool


def decode_broadcast_push(data: bytes) -> BroadcastPush:
    """Parse a frame of kind 3; raise ValueError when it is none, or its JSON is broken."""
    if len(data) < PUSH_HEADER_BYTES or data[0] != PUSH_KIND:
        raise ValueError("not a broadcast push")
    names, payload = _split_names(data, lengths=data[1:6])
    join_ref, ref, topic, event, _metadata = names
    is_binary = data[6] == RAW_ENCODING
    if not is_binary:
        load_json(payload)
    return BroadcastPush(join_ref or None, ref or None, topic, event, payload, is_binary)


def encode_broadcast(topic: str, broadcast: Broadcast) -> bytes:
    """Render a frame of kind 4; `topic` carries its prefix."""
    meta = b"" if broadcast.meta is None else orjson.dumps(broadcast.meta)
    names = (topic.encode(), broadcast.event.encode(), meta)
    encoding = RAW_ENCODING if broadcast.is_binary else JSON_ENCODING
    header = bytes((BROADCAST_KIND, *(len(name) for name in names), encoding))
    return b"".join((header, *names, broadcast.payload))


def fits_binary_frame(*names: str) -> bool:
    """Tell whether every name is short enough for a length of one byte."""
    return all(len(name.encode()) <= LONGEST_NAME for name in names)


def _split_names(data: bytes, lengths: bytes) -> tuple[list[str], bytes]:
    names: list[str] = []
    start = PUSH_HEADER_BYTES
    for length in lengths:
        if start + length > len(data):
            raise ValueError("the frame ends inside its names")
        names.append(data[start : start + length].decode())
        start += length
    return names, data[start:]
