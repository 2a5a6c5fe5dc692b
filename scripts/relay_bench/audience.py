"""The viewers of a scene, seen from the process that sets it."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from scripts.demonstration.processes import PROJECT, ChildFailedError

Document = dict[str, Any]

LONGEST_LINE: Final = 1 << 30
ATTACH_SECONDS: Final = 120
END_SECONDS: Final = 600


class Audience:
    """One process of viewers."""

    def __init__(self, requests: asyncio.StreamWriter, answers: asyncio.StreamReader) -> None:
        self._requests = requests
        self._answers = answers

    async def attach(self, service_url: str, kind: str, viewers: Sequence[tuple[str, str]]) -> int:
        """Let all connect, each a pair of run and token; return how many got their snapshot."""
        address = urlsplit(service_url)
        plan = {"kind": kind, "host": address.hostname, "port": address.port, "viewers": viewers}
        self._requests.write(json.dumps(plan).encode() + b"\n")
        return (await self._read(ATTACH_SECONDS))["watching"]

    async def leave(self) -> Document:
        """Return what each saw, once their streams have ended: {processor_seconds, sights}."""
        return await self._read(END_SECONDS)

    async def _read(self, seconds: float) -> Any:
        async with asyncio.timeout(seconds):
            return json.loads(await self._answers.readline())


@asynccontextmanager
async def open_audience() -> AsyncGenerator[Audience]:
    """Start the process; it is gone at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scripts.relay_bench.viewers"),
        cwd=PROJECT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    try:
        if process.stdin is None or process.stdout is None:
            raise ChildFailedError("the viewers cannot be talked to")
        yield Audience(process.stdin, process.stdout)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
