"""Plans, transports and clocks for tests of the engine."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson

from app.engine import (
    Category,
    Dependency,
    Event,
    JsonValue,
    Plan,
    PlannedTest,
    PreparedRequest,
    ReceivedResponse,
    TestEnded,
    TestResult,
    TransportError,
)

BASE_URL = "http://shop.test"

Answer = ReceivedResponse | TransportError
Handler = Callable[[PreparedRequest], Answer | Awaitable[Answer]]
EventType = TypeVar("EventType", bound=Event)


class FrozenClock:
    """Time stands still, so that event streams are the same every time."""

    def now(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


class MemoryTransport:
    """Answers from a function instead of a network, and remembers what it was asked."""

    def __init__(self, handler: Handler | None = None) -> None:
        self._handler: Handler = handler or _answer_nothing
        self.requests: list[PreparedRequest] = []
        self.active = 0
        self.most_active = 0

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        self.requests.append(request)
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        try:
            answer = self._handler(request)
            if inspect.isawaitable(answer):
                answer = await answer
            else:
                await asyncio.sleep(0)
        finally:
            self.active -= 1
        if isinstance(answer, TransportError):
            raise answer
        return answer

    @property
    def paths(self) -> list[str]:
        return [request.url.removeprefix(BASE_URL) for request in self.requests]


def _answer_nothing(_: PreparedRequest) -> ReceivedResponse:
    return json_response({})


def json_response(
    body: JsonValue, status_code: int = 200, headers: Mapping[str, str] | None = None
) -> ReceivedResponse:
    return ReceivedResponse(
        status_code=status_code,
        headers=(("Content-Type", "application/json"), *(headers or {}).items()),
        body=orjson.dumps(body),
        elapsed_ms=12.5,
    )


def connection_refused() -> TransportError:
    return TransportError(Category.CONNECTION, "connection refused", "Start the target.")


def build_test(key: str, **fields: Any) -> PlannedTest:
    defaults: dict[str, Any] = {
        "test_case_id": f"id-{key}",
        "name": key.title(),
        "method": "GET",
        "path": f"/{key}",
    }
    return PlannedTest(key=key, **(defaults | fields))


def build_plan(
    tests: Iterable[PlannedTest | str], dependencies: Iterable[tuple[str, str]] = ()
) -> Plan:
    """Tests given as keys are plain GETs; a dependency is (dependent, required)."""
    return Plan(
        run_id="run-1",
        base_url=BASE_URL,
        tests=tuple(build_test(test) if isinstance(test, str) else test for test in tests),
        dependencies=tuple(
            Dependency(dependent_key=dependent, required_key=required)
            for dependent, required in dependencies
        ),
    )


def build_document(
    tests: Iterable[Mapping[str, Any]],
    dependencies: Iterable[tuple[str, str]] = (),
    **environment: Any,
) -> dict[str, Any]:
    """The answer of get_run_plan; every test needs a key, the rest has defaults."""
    return {
        "run": {"id": "run-1"},
        "environment": {"base_url": BASE_URL, "variables": {}, **environment},
        "tests": [
            {
                "test_case_id": f"id-{test['key']}",
                "name": str(test["key"]).title(),
                "method": "GET",
                "path": f"/{test['key']}",
                **test,
            }
            for test in tests
        ],
        "dependencies": [
            {
                "dependent_test_id": f"id-{dependent}",
                "required_test_id": f"id-{required}",
                "dependency_type": "order",
            }
            for dependent, required in dependencies
        ],
        "context": {},
        "recorded": [],
    }


async def collect(events: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in events]


def select(events: Iterable[Event], kind: type[EventType]) -> list[EventType]:
    return [event for event in events if isinstance(event, kind)]


def get_results(events: Iterable[Event]) -> dict[str, TestResult]:
    return {event.result.key: event.result for event in select(events, TestEnded)}
