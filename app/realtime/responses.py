"""Event streams on the wire: server-sent events."""

import asyncio
from typing import Final

from fastapi.sse import format_sse_event
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.core.logging import get_logger
from app.realtime.service import EventStream

RECONNECT_DELAY_MILLISECONDS: Final = 3000
STREAM_HEADERS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
PREAMBLE: Final = format_sse_event(retry=RECONNECT_DELAY_MILLISECONDS)
HEARTBEAT: Final = format_sse_event(comment="still here")
LARGEST_WRITE: Final = 65_536
"""A peer that does not take a large snapshot must not have all of it in its buffer."""

logger = get_logger(__name__)


class EventStreamResponse(Response):
    """Sends a stream, and lets go of the topic as soon as the viewer is gone or stuck."""

    media_type = "text/event-stream"

    def __init__(self, stream: EventStream) -> None:
        super().__init__(headers=STREAM_HEADERS)
        del self.headers["content-length"]
        self._stream = stream
        self._connection = stream.connection

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the viewer until either side ends."""
        listener = asyncio.create_task(self._listen(receive))
        is_abandoned = False
        try:
            is_abandoned = not await self._connection.serve(self._send_all(send))
        finally:
            if is_abandoned:
                logger.warning("viewer_abandoned", path=scope["path"])
                self._stream.linger(listener)
            else:
                self._stream.close()
                listener.cancel()

    async def _listen(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._connection.end("gone")

    async def _send_all(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await self._send(send, start)
        await self._write(send, PREAMBLE)
        while (reason := self._stream.find_end()) is None:
            await self._send_next(send)
        if reason != "completed":
            await self._write(send, self._stream.describe_end(reason).to_server_sent())
        await self._send(send, {"type": "http.response.body"})

    async def _send_next(self, send: Send) -> None:
        frame = await self._stream.take()
        if frame is not None:
            await self._write(send, frame.server_sent)
            self._stream.record_delivery(frame)
        elif self._connection.is_heartbeat_due:
            await self._write(send, HEARTBEAT)

    async def _write(self, send: Send, content: bytes) -> None:
        for start in range(0, len(content), LARGEST_WRITE):
            body = content[start : start + LARGEST_WRITE]
            await self._send(send, {"type": "http.response.body", "body": body, "more_body": True})

    async def _send(self, send: Send, message: Message) -> None:
        self._connection.begin_sending()
        await send(message)
        self._connection.end_sending()
