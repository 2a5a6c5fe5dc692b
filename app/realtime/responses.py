"""Event streams on the wire: server-sent events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, assert_never

from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.types import Send

from app.realtime.models import EventBatch, Heartbeat, Snapshot, StreamEnd, StreamItem
from app.realtime.stream import RunStream

RECONNECT_DELAY_MILLISECONDS: Final = 3000
STREAM_HEADERS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class RunEventResponse(EventSourceResponse):
    """Sends a stream, and lets go of the run as soon as the caller is gone."""

    def __init__(self, stream: RunStream) -> None:
        self._chunks = _encode(stream)
        super().__init__(self._chunks, headers=STREAM_HEADERS)

    async def stream_response(self, send: Send) -> None:
        """Send all chunks; the generator is closed however this ends."""
        async with aclosing(self._chunks):
            await super().stream_response(send)


async def _encode(stream: RunStream) -> AsyncGenerator[bytes]:
    yield format_sse_event(retry=RECONNECT_DELAY_MILLISECONDS)
    async with aclosing(stream.iter_items()) as items:
        async for item in items:
            yield encode_item(item)


def encode_item(item: StreamItem) -> bytes:
    """Return the bytes of one item; a stream that is complete just ends."""
    match item:
        case Snapshot():
            return format_sse_event(event="snapshot", data_str=item.encoded, id=str(item.seq))
        case EventBatch():
            return b"".join(
                format_sse_event(event=event.type, data_str=event.encoded, id=str(event.seq))
                for event in item.events
            )
        case Heartbeat():
            return format_sse_event(comment="still here")
        case StreamEnd(reason="completed"):
            return b""
        case StreamEnd():
            return format_sse_event(event="reconnect", data_str=f'{{"reason":"{item.reason}"}}')
        case _:
            assert_never(item)
