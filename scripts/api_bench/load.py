"""A load client: some connections that each send one request after the other."""

import asyncio
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import aiohttp

WARM_UP: Final = 64


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `body` makes the bytes of each, `status` is the one that counts as success."""

    method: str
    url: str
    headers: Mapping[str, str]
    status: int
    body: Callable[[], bytes] | None = None
    sign: Callable[[bytes], Mapping[str, str]] = field(default=lambda _: {})


@dataclass(frozen=True, slots=True)
class Measurement:
    """Seconds each request took, and all of them together; `sent` counts those before, too."""

    latencies: list[float]
    seconds: float
    sent: int

    def to_document(self) -> dict[str, float]:
        quantiles = statistics.quantiles(self.latencies, n=100, method="inclusive")
        return {
            "requests": len(self.latencies),
            "requests_per_second": round(len(self.latencies) / self.seconds, 1),
            "p50_ms": round(quantiles[49] * 1000, 2),
            "p99_ms": round(quantiles[98] * 1000, 2),
        }


async def measure(call: Call, requests: int, connections: int) -> Measurement:
    """Send that many requests; raises `RuntimeError` for the first answer that is no success."""
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(
        connector=connector, headers=dict(call.headers), auto_decompress=False
    ) as client:
        warmed_up = await _send(client, call, WARM_UP, connections)
        started = time.perf_counter()
        latencies = await _send(client, call, requests, connections)
        seconds = time.perf_counter() - started
    return Measurement(latencies, seconds, len(warmed_up) + len(latencies))


async def _send(
    client: aiohttp.ClientSession, call: Call, requests: int, connections: int
) -> list[float]:
    numbers = iter(range(requests))

    async def work() -> list[float]:
        return [await _send_one(client, call) for _ in numbers]

    each = await asyncio.gather(*(work() for _ in range(connections)))
    return [latency for latencies in each for latency in latencies]


async def _send_one(client: aiohttp.ClientSession, call: Call) -> float:
    body = call.body() if call.body else None
    headers = call.sign(body or b"")
    started = time.perf_counter()
    async with client.request(call.method, call.url, data=body, headers=headers) as answer:
        content = await answer.read()
        seconds = time.perf_counter() - started
        if answer.status != call.status:
            message = f"{call.method} {call.url}: {answer.status} {content[:500]!r}"
            raise RuntimeError(message)
    return seconds
