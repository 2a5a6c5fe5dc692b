"""An authenticator with a clock that tests move, and everything it learned."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import httpx

from app.engine import AuthSpec, JsonValue, ReceivedResponse, Scope, Transport
from app.engine.authentication.authenticator import Authenticator
from app.engine.requests.build import build_request
from app.engine.transports.direct_transport import DirectTransport
from app.engine.transports.httpx_transport import HttpxTransport
from app.engine.transports.pyreqwest_transport import PyreqwestTransport
from tests.engine.builders import build_test

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SCOPE = Scope(
    environment={"USER": "ada", "PASSWORD": "correct horse", "ZERO": 0},
    shared_auth_tokens={"access_token": "captured-token"},
)


class MovingClock:
    """Stands still until it is moved."""

    def __init__(self, start: datetime = START) -> None:
        self.start = start
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Desk:
    """Sends tests with their authentication."""

    def __init__(self, transport: Transport, clock: MovingClock | None = None) -> None:
        self.clock = clock or MovingClock()
        self.learned: list[str] = []
        self.authenticator = Authenticator(transport, self.clock, self.learned.append)

    async def send(
        self,
        url: str,
        type: str,
        settings: Mapping[str, JsonValue] | None = None,
        *,
        token_ref: str | None = None,
        timeout: float = 10,
        **fields: Any,
    ) -> ReceivedResponse:
        auth = AuthSpec(type=type, token_ref=token_ref, settings=settings or {})
        test = build_test("t", **({"path": "/"} | fields), auth=auth)
        request = build_request(test, url, SCOPE)
        return await self.authenticator.send(test, request, timeout, SCOPE)


def create_httpx_transport() -> HttpxTransport:
    return HttpxTransport(httpx.AsyncClient(timeout=10, trust_env=False))


# Every transport must send what was signed.
TRANSPORTS = (DirectTransport, PyreqwestTransport, create_httpx_transport)
CreateTransport: TypeAlias = Callable[[], DirectTransport | PyreqwestTransport | HttpxTransport]


@asynccontextmanager
async def open_desk(create_transport: CreateTransport = DirectTransport) -> AsyncGenerator[Desk]:
    """A desk that sends over real sockets."""
    async with aclosing(create_transport()) as transport:
        yield Desk(transport)
