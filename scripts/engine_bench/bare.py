"""
A loop that only sends and reads: what a machine gives at this moment, to compare runs by ratio.

`python -m scripts.engine_bench.bare <core> <library> <count> <base url>`
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable

import uvloop
from pyreqwest.client import ClientBuilder

from app.engine import PreparedRequest
from app.engine.transports.direct_transport import DirectTransport

CONCURRENCY = 16


async def send_with_pyreqwest(count: int, base_url: str) -> None:
    """The library used as directly as it can be."""
    async with ClientBuilder().no_proxy().build() as client:

        async def send(number: int) -> None:
            response = await client.get(f"{base_url}/items/{number}").build().send()
            await response.bytes()

        await _repeat(count, send)


async def send_directly(count: int, base_url: str) -> None:
    """The transport of the engine, without the engine."""
    transport = DirectTransport()

    async def send(number: int) -> None:
        await transport.send(PreparedRequest(method="GET", url=f"{base_url}/items/{number}"), 30)

    await _repeat(count, send)
    await transport.aclose()


async def _repeat(count: int, send: Callable[[int], Awaitable[None]]) -> None:
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await send(number)

    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))


LOOPS = {"pyreqwest": send_with_pyreqwest, "direct": send_directly}


def main(library: str, count: int, base_url: str) -> None:
    """Print requests a second and the CPU of this process as JSON."""
    started, cpu_started = time.perf_counter(), time.process_time()
    uvloop.run(LOOPS[library](count, base_url))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    measured = {
        "requests_per_second": round(count / seconds, 1),
        "cpu_microseconds_per_request": round(cpu_seconds / count * 1e6, 1),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    main(sys.argv[2], int(sys.argv[3]), sys.argv[4])
