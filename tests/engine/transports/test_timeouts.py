"""The timeouts of a test: to connect, between two pieces of an answer, and for all of it."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing, closing

import pytest

from app.engine import Category, PreparedRequest, TransportError
from app.engine.transfer import Transfer
from tests.engine.transports import scripts
from tests.engine.transports.raw_server import Script, respond, serve
from tests.engine.transports.transports import TRANSPORTS, AnyTransport


@pytest.fixture(params=["direct", "pyreqwest"])
async def http(request: pytest.FixtureRequest) -> AsyncGenerator[AnyTransport]:
    async with aclosing(TRANSPORTS[request.param]()) as transport:
        yield transport


def _fill_backlog(listener: socket.socket) -> list[socket.socket]:
    """Connections that nobody accepts, until the system lets no more in."""
    waiting: list[socket.socket] = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        waiting.append(client)
    return waiting


async def test_a_target_that_accepts_nobody(http: AnyTransport) -> None:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = _fill_backlog(listener)
        port = listener.getsockname()[1]
        transfer = Transfer(connect_timeout_ms=200)
        request = PreparedRequest(method="GET", url=f"http://127.0.0.1:{port}/", transfer=transfer)
        with pytest.raises(TransportError, match=r"no connection within 0\.2 s") as caught:
            await http.send(request, 5)
        for client in waiting:
            client.close()
    assert caught.value.problem.category is Category.TIMEOUT


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (scripts.hang_before_headers, "no answer, and nothing more for 0.2 s"),
        (scripts.hang_in_body, "an incomplete answer (3 bytes of the body), and nothing more for"),
    ],
)
async def test_a_target_that_falls_silent(http: AnyTransport, script: Script, message: str) -> None:
    async with serve({"/x": script}) as server:
        transfer = Transfer(read_timeout_ms=200)
        request = PreparedRequest(method="GET", url=f"{server.url}/x", transfer=transfer)
        with pytest.raises(TransportError) as caught:
            await http.send(request, 5)
    problem = caught.value.problem
    assert message in problem.message
    assert (problem.category, problem.transport_failure) == (Category.TIMEOUT, "timeout")


async def test_a_slow_target_is_not_a_silent_one(http: AnyTransport) -> None:
    async def dawdle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in respond(b"ok"):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.01)

    async with serve({"/x": dawdle}) as server:
        transfer = Transfer(read_timeout_ms=2_000)
        request = PreparedRequest(method="GET", url=f"{server.url}/x", transfer=transfer)
        assert (await http.send(request, 20)).body == b"ok"
