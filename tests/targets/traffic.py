"""What the shop saw, and the means to hold requests back; safe to use from another thread."""

import asyncio
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

HOLD_LIMIT_SECONDS = 60.0


@dataclass(frozen=True)
class SeenRequest:
    """One request as it arrived; `at` is in seconds of the monotonic clock."""

    method: str
    path: str
    headers: dict[str, str]
    at: float

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Traffic:
    """Requests in the order of their arrival, and the paths whose answers are held back."""

    requests: list[SeenRequest] = field(default_factory=list[SeenRequest])
    held_paths: set[str] = field(default_factory=set[str])
    changed: threading.Condition = field(
        default_factory=lambda: threading.Condition(threading.RLock())
    )

    def count(self, route: str) -> int:
        """How often a route was asked for: `"GET /catalog"`."""
        return self.counts()[route]

    def counts(self) -> Counter[str]:
        with self.changed:
            return Counter(request.route for request in self.requests)

    def record(self, request: SeenRequest) -> None:
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()

    def hold(self, path: str) -> None:
        """Keep answers to this path back until `release`."""
        with self.changed:
            self.held_paths.add(path)

    def release(self, path: str | None = None) -> None:
        """Let answers to this path go, or all of them."""
        with self.changed:
            self.held_paths -= {path} if path else set(self.held_paths)
            self.changed.notify_all()

    def is_held(self, path: str) -> bool:
        with self.changed:
            return path in self.held_paths

    def wait_until_released(self, path: str) -> None:
        """Block while the path is held, or until nobody can want that any more."""
        with self.changed:
            self.changed.wait_for(lambda: path not in self.held_paths, HOLD_LIMIT_SECONDS)

    def wait_for(self, route: str, times: int = 1, timeout_seconds: float = 30.0) -> None:
        """Block until the route was asked for so often; raises TimeoutError."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.count(route) >= times, timeout_seconds):
                raise TimeoutError(f"{route} was not requested {times} times: {self.counts()}")


class TrafficMiddleware:
    """Records every request before it is answered and holds back those that are to wait."""

    def __init__(self, app: ASGIApp, traffic: Traffic, delay_seconds: float) -> None:
        self.app = app
        self.traffic = traffic
        self.delay_seconds = delay_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.traffic.record(to_seen_request(scope))
            if self.traffic.is_held(scope["path"]):
                await asyncio.to_thread(self.traffic.wait_until_released, scope["path"])
            await asyncio.sleep(self.delay_seconds)
        await self.app(scope, receive, send)


def to_seen_request(scope: Scope) -> SeenRequest:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return SeenRequest(scope["method"], scope["path"], headers, time.monotonic())
