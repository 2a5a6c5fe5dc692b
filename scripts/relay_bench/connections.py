"""Connections of viewers: just enough of HTTP and of WebSocket to find the numbers of events."""

import asyncio
import json
import re
import struct
from abc import abstractmethod
from typing import Final, cast

from scripts.relay_bench.sights import Sight

SERVER_SENT_SEQ: Final = re.compile(rb"\nid: (\d+)\n\n")
MESSAGE_SEQ: Final = re.compile(rb'"topic":"run:[^"]*",(?:"type":"snapshot",)?"seq":(\d+)')
END_OF_HEAD: Final = b"\r\n\r\n"
FINAL: Final = 0x80
OPCODE: Final = 0x0F
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
SHORTEST_HEAD: Final = 2
MASKED: Final = 0x80
LENGTH: Final = 0x7F
LENGTH_IN_TWO_BYTES: Final = 126
LENGTH_IN_EIGHT_BYTES: Final = 127


class Viewer(asyncio.Protocol):
    """One connection that follows one run to its end."""

    def __init__(self, run_id: str, token: str) -> None:
        self.sight = Sight()
        self.watching = asyncio.Event()
        self.ended = asyncio.Event()
        self.run_id = run_id
        self.token = token
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    @abstractmethod
    def build_request(self) -> list[str]:
        """Return the lines that begin the request."""

    @abstractmethod
    def take(self, content: bytes) -> bytes:
        """Take in what is complete and return the rest."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        lines = [*self.build_request(), "Host: 127.0.0.1", "", ""]
        self.send("\r\n".join(lines).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self.sight.was_broken = exc is not None
        self.watching.set()
        self.ended.set()

    def data_received(self, data: bytes) -> None:
        self.sight.bytes += len(data)
        self._rest = self.take(self._rest + data if self._rest else data)
        if self.sight.first_seq is not None:
            self.watching.set()

    def send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class StreamViewer(Viewer):
    """Follows over server-sent events; the service ends the stream after the run."""

    def build_request(self) -> list[str]:
        return [
            f"GET /api/v1/runs/{self.run_id}/events HTTP/1.1",
            f"Authorization: Bearer {self.token}",
            "Connection: close",
        ]

    def take(self, content: bytes) -> bytes:
        end = content.rfind(b"\n\n")
        if end < 0:
            return content
        self.sight.take(map(int, SERVER_SENT_SEQ.findall(content[: end + 2])))
        # The pattern begins with the end of the line before.
        return content[end + 1 :]


class SocketViewer(Viewer):
    """Follows over a WebSocket, and closes it after the end of the run."""

    def __init__(self, run_id: str, token: str) -> None:
        super().__init__(run_id, token)
        self._is_open = False

    def build_request(self) -> list[str]:
        return [
            "GET /api/v1/realtime HTTP/1.1",
            *("Upgrade: websocket", "Connection: Upgrade"),
            *("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
            f"Sec-WebSocket-Protocol: atp.v1, bearer.{self.token}",
        ]

    def take(self, content: bytes) -> bytes:
        if not self._is_open:
            head, separator, content = content.partition(END_OF_HEAD)
            if not separator:
                return head
            self._is_open = True
            topic = f"run:{self.run_id}"
            subscription = json.dumps({"type": "subscribe", "topic": topic})
            self.send(build_frame(TEXT, subscription.encode()))
        while frame := split_frame(content):
            opcode, message, content = frame
            self._take_frame(opcode, message)
        return content

    def _take_frame(self, opcode: int, content: bytes) -> None:
        if opcode == TEXT:
            self.sight.take(map(int, MESSAGE_SEQ.findall(content)))
        if opcode == PING:
            self.send(build_frame(PONG, content))
        if opcode == CLOSE or b'"type":"unsubscribed"' in content:
            self.close()


def build_frame(opcode: int, content: bytes) -> bytes:
    """Return a short message as clients send it: masked, here with nothing."""
    return struct.pack("!BBL", FINAL | opcode, MASKED | len(content), 0) + content


def split_frame(content: bytes) -> tuple[int, bytes, bytes] | None:
    """Return opcode and content of the first frame and what follows it, None while it is not complete."""
    if len(content) < SHORTEST_HEAD:
        return None
    length, start = content[1] & LENGTH, SHORTEST_HEAD
    if length == LENGTH_IN_TWO_BYTES:
        length, start = int.from_bytes(content[2:4]), 4
    elif length == LENGTH_IN_EIGHT_BYTES:
        length, start = int.from_bytes(content[2:10]), 10
    if len(content) < start + length:
        return None
    return content[0] & OPCODE, content[start : start + length], content[start + length :]
