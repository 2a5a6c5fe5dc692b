"""
`python -m scripts.relay_bench.viewers`: many viewers on raw sockets, in a process of their own.

Reads one JSON line that says where to connect and as whom, prints a line when every viewer has its
snapshot, and at the end what each saw. It looks for nothing but the numbers of the events, so that
the bench measures the service and not its own viewers.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

import uvloop

Document = dict[str, Any]

CONNECTED_AT_A_TIME: Final = 50
SERVER_SENT_SEQ: Final = re.compile(rb"\nid: (\d+)\n\n")
MESSAGE_SEQ: Final = re.compile(rb'"seq":(\d+)')


@dataclass(slots=True)
class Sight:
    """What one viewer saw: `arrivals` pairs the newest seq with the moment it came."""

    first_seq: int | None = None
    position: int = 0
    received: int = 0
    lost: int = 0
    twice: int = 0
    bytes: int = 0
    was_broken: bool = False
    arrivals: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])

    def take(self, seqs: Iterator[int]) -> None:
        """Take in the numbers that came together; the first ever is that of the snapshot."""
        now = time.monotonic()
        before = self.position
        for seq in seqs:
            if self.first_seq is None:
                self.first_seq = self.position = before = seq
                continue
            self.received += 1
            self.twice += seq <= self.position
            self.lost += max(0, seq - self.position - 1)
            self.position = max(self.position, seq)
        if self.position > before:
            self.arrivals.append((self.position, now))


class Viewer(asyncio.Protocol):
    """One connection that follows one run until the service ends the stream."""

    def __init__(self, request: bytes) -> None:
        self.sight = Sight()
        self.watching = asyncio.Event()
        self.ended = asyncio.Event()
        self._request = request
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self.sight.was_broken = exc is not None
        self.watching.set()
        self.ended.set()

    def data_received(self, data: bytes) -> None:
        self.sight.bytes += len(data)
        content = self._rest + data
        end = content.rfind(b"\n\n")
        if end < 0:
            self._rest = content
            return
        # The pattern begins with the end of the line before.
        self._rest = content[end + 1 :]
        self.sight.take(map(int, SERVER_SENT_SEQ.findall(content[: end + 2])))
        if self.sight.first_seq is not None:
            self.watching.set()


async def watch(plan: Document) -> list[Sight]:
    """Connect all viewers, say so, and wait for the ends of their streams."""
    loop = asyncio.get_running_loop()
    places = asyncio.Semaphore(CONNECTED_AT_A_TIME)

    async def attach(path: str, token: str) -> Viewer:
        request = build_request(path, token, plan["host"])
        async with places:
            _, viewer = await loop.create_connection(
                lambda: Viewer(request), plan["host"], plan["port"]
            )
            await viewer.watching.wait()
        return viewer

    viewers = await asyncio.gather(*(attach(*viewer) for viewer in plan["viewers"]))
    print(json.dumps({"watching": sum(v.sight.first_seq is not None for v in viewers)}), flush=True)
    await asyncio.gather(*(viewer.ended.wait() for viewer in viewers))
    return [viewer.sight for viewer in viewers]


def build_request(path: str, token: str, host: str) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Bearer {token}",
        "Accept: text/event-stream",
        "Connection: close",
    )
    return "\r\n".join([*lines, "", ""]).encode()


def report(sight: Sight) -> Document:
    return {
        "first_seq": sight.first_seq,
        "last_seq": sight.position,
        "received": sight.received,
        "lost": sight.lost,
        "twice": sight.twice,
        "bytes": sight.bytes,
        "was_broken": sight.was_broken,
        "arrivals": sight.arrivals,
    }


def main() -> int:
    plan = json.loads(sys.stdin.readline())
    begun = time.process_time()
    sights = uvloop.run(watch(plan))
    seconds = round(time.process_time() - begun, 2)
    print(json.dumps({"processor_seconds": seconds, "sights": list(map(report, sights))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
