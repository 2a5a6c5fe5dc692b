"""One WebSocket: a bounded queue out, frames in, and the reasons to close."""

import asyncio
import logging

from starlette.websockets import WebSocket, WebSocketDisconnect

from scripts.local_supabase.realtime.frames import Codec, MalformedFrameError, WireFrame
from scripts.local_supabase.realtime.hub import Hub
from scripts.local_supabase.realtime.session import Session

logger = logging.getLogger(__name__)

NORMAL = 1000
TOO_BIG = 1009
TRY_AGAIN_LATER = 1013
# A peer that reads nothing cannot read the close frame either.
CLOSE_WAIT_SECONDS = 5.0


class ConnectionEndedError(Exception):
    """The server ends the connection with this close code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"close code {code}")
        self.code = code


class Connection:
    """Carries frames between one client and its session."""

    def __init__(self, websocket: WebSocket, hub: Hub, codec: Codec, socket_token: str) -> None:
        self._websocket = websocket
        self._limits = hub.limits
        self._codec = codec
        self._session = Session(hub, codec, socket_token, self._enqueue)
        self._waiting: asyncio.Queue[WireFrame] = asyncio.Queue(self._limits.waiting_frames)
        self._overflowed = asyncio.Event()

    async def run(self) -> None:
        """Serve until the client goes or has to go."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read())
                tasks.create_task(self._write())
                tasks.create_task(self._watch_overflow())
        except* WebSocketDisconnect:
            pass
        except* ConnectionEndedError as ended:
            await self._close(ended)
        finally:
            self._session.close()

    def _enqueue(self, frame: WireFrame) -> None:
        try:
            self._waiting.put_nowait(frame)
        except asyncio.QueueFull:
            self._overflowed.set()

    async def _read(self) -> None:
        while True:
            data = await self._receive()
            try:
                frame = self._codec.decode(data)
            except MalformedFrameError as error:
                logger.info("A malformed frame is ignored: %s", error)
            else:
                await self._session.handle(frame)

    async def _receive(self) -> WireFrame:
        try:
            async with asyncio.timeout(self._limits.idle.total_seconds()):
                message = await self._websocket.receive()
        except TimeoutError as error:
            raise ConnectionEndedError(NORMAL) from error
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or NORMAL)
        data: WireFrame = message.get("text") or message.get("bytes") or ""
        if len(data) > self._limits.frame_bytes:
            raise ConnectionEndedError(TOO_BIG)
        return data

    async def _write(self) -> None:
        while True:
            frame = await self._waiting.get()
            if isinstance(frame, str):
                await self._websocket.send_text(frame)
            else:
                await self._websocket.send_bytes(frame)

    async def _watch_overflow(self) -> None:
        await self._overflowed.wait()
        raise ConnectionEndedError(TRY_AGAIN_LATER)

    async def _close(self, ended: ExceptionGroup[ConnectionEndedError]) -> None:
        reason = ended.exceptions[0]
        code = reason.code if isinstance(reason, ConnectionEndedError) else NORMAL
        try:
            async with asyncio.timeout(CLOSE_WAIT_SECONDS):
                await self._websocket.close(code)
        except (TimeoutError, WebSocketDisconnect):
            logger.info("The client did not take the close frame %s", code)
