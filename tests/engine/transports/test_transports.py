"""Every transport on real sockets: answers, and everything that is not one."""

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from app.engine import (
    Category,
    PreparedRequest,
    ReceivedResponse,
    RunControl,
    Scope,
    TestStarted,
    Transport,
    TransportError,
    run,
)
from app.engine.transfer import Transfer
from tests.engine.builders import build_plan, build_test, collect, get_results
from tests.engine.transports import scripts
from tests.engine.transports.raw_server import RawServer, Script, respond, serve
from tests.engine.transports.transports import LIMIT, TRANSPORTS

# pyreqwest 0.15 goes on with what was cancelled until its time is up.
AT_ONCE = pytest.mark.parametrize("http", ["direct", "http", "httpx"], indirect=True)


@pytest.fixture(params=sorted(TRANSPORTS))
async def http(request: pytest.FixtureRequest) -> AsyncGenerator[Transport]:
    async with aclosing(TRANSPORTS[request.param]()) as transport:
        yield transport


async def send(
    http: Transport, script: Script | bytes, timeout: float = 5, **fields: Any
) -> ReceivedResponse:
    async with serve({"/x": script}) as server:
        return await http.send(build_request(server, **fields), timeout)


def build_request(server: RawServer, **fields: Any) -> PreparedRequest:
    defaults: dict[str, Any] = {"method": "GET", "url": f"{server.url}/x"}
    return PreparedRequest(**(defaults | fields))


def limit_body(limit: int) -> Transfer:
    return Transfer(maximum_body_bytes=limit)


async def test_sends_what_was_prepared_and_nothing_else(http: Transport) -> None:
    async with serve({"/x": respond(b"{}")}) as server:
        request = build_request(
            server,
            method="POST",
            url=f"{server.url}/x?a=b%20c&d=%2F",
            headers=(
                ("X-Name", "Zo\u00eb"),
                ("Content-Type", "text/plain"),
                ("Accept", "text/*"),
                ("User-Agent", "me"),
            ),
            body=b"hello",
        )
        await http.send(request, 5)
    head = server.requests[0].split("\r\n")
    assert head[0] in ("POST /x?a=b%20c&d=%2F HTTP/1.1", "POST /x?a=b%20c&d=/ HTTP/1.1")
    names = [line.partition(":")[0].lower() for line in head[1:] if line]
    wanted = ["accept", "accept-encoding", "content-length", "content-type", "host"]
    assert sorted(names) == [*wanted, "user-agent", "x-name"]
    own = [name for name in names if name in ("x-name", "content-type", "accept", "user-agent")]
    assert own == ["x-name", "content-type", "accept", "user-agent"]
    lines = {line.partition(":")[0].lower(): line.partition(": ")[2] for line in head[1:]}
    assert lines["x-name"] == "Zo\u00eb"
    assert (lines["accept"], lines["user-agent"]) == ("text/*", "me")
    assert lines["accept-encoding"] == "gzip, deflate"


async def test_what_the_test_accepts_is_not_replaced(http: Transport) -> None:
    async with serve({"/x": respond(b"{}")}) as server:
        headers = (("accept-encoding", "identity"), ("Host", "elsewhere.test"))
        await http.send(build_request(server, headers=headers), 5)
    head = server.requests[0].lower()
    assert head.count("accept-encoding: identity\r\n") == head.count("accept-encoding") == 1
    assert head.count("host: elsewhere.test\r\n") == head.count("host: ") == 1


async def test_receives_status_headers_body_and_times(http: Transport) -> None:
    response = await send(
        http, respond(b"[1]", "X-A: 1", "X-A: 2", "Content-Type: t", status="404 No")
    )
    assert (response.status_code, response.body, response.is_truncated) == (404, b"[1]", False)
    assert [value for name, value in response.headers if name.lower() == "x-a"] == ["1", "2"]
    assert response.http_version == "1.1"
    assert response.elapsed_ms > 0
    assert {"first_byte_ms", "download_ms"} <= set(response.timing_phases)
    assert sum(response.timing_phases.values()) <= response.elapsed_ms + 1


async def test_a_header_that_is_not_text_spoils_no_other(http: Transport) -> None:
    response = await send(http, respond(b"ok", "X-City: Z\u00fcrich", "X-A: 1", "X-A: 2"))
    values = [value for name, value in response.headers if name.lower() == "x-a"]
    assert (response.body, values) == (b"ok", ["1", "2"])


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"hello", mtime=0), "gzip"),
        (gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0), "gzip, GZIP"),
        (zlib.compress(b"hello"), "deflate"),
        (zlib.compress(b"hello", wbits=-15), "deflate"),
        (b"hello", "br"),
        (b"hello", "identity"),
    ],
)
async def test_decodes_the_body(http: Transport, body: bytes, encoding: str) -> None:
    response = await send(http, respond(body, f"Content-Encoding: {encoding}"))
    assert response.body == b"hello"
    headers = {name.lower(): value for name, value in response.headers}
    assert headers["content-encoding"] == encoding


async def test_redirects_are_not_followed(http: Transport) -> None:
    response = await send(http, respond(b"", "Location: /y", status="302 Found"))
    assert response.status_code == 302


@pytest.mark.parametrize("http", ["direct", "http", "pyreqwest"], indirect=True)  # httpx reads it
async def test_a_location_that_is_no_address_is_left_to_others(http: Transport) -> None:
    response = await send(http, respond(b"", "Location: http://[::1", status="302 Found"))
    assert response.status_code == 302


async def test_connections_are_used_again(http: Transport) -> None:
    async with serve({"/x": respond(b"{}")}) as server:
        for _ in range(5):
            await http.send(build_request(server), 5)
    assert server.connections == 1


async def test_answers_without_a_body(http: Transport) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    response = await send(http, early + b"HTTP/1.1 204 No Content\r\n\r\n")
    assert (response.status_code, response.body) == (204, b"")
    headers = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n"
    response = await send(http, headers, method="HEAD")
    assert (response.status_code, response.body) == (200, b"")


@pytest.mark.parametrize("script", [scripts.pour, scripts.pour_forever])
async def test_a_large_body_is_cut_and_the_connection_given_up(
    http: Transport, script: Script
) -> None:
    async with serve({"/x": script, "/y": respond(b"ok")}) as server:
        response = await http.send(build_request(server), 5)
        assert (len(response.body), response.is_truncated) == (LIMIT, True)
        again = await http.send(build_request(server, url=f"{server.url}/y"), 5)
        assert again.body == b"ok"
        assert server.connections == 2


async def test_a_test_may_limit_the_body_further_but_not_extend_it(http: Transport) -> None:
    response = await send(http, respond(b"x" * 1000), transfer=limit_body(10))
    assert (response.body, response.is_truncated) == (b"x" * 10, True)
    response = await send(http, scripts.pour, transfer=limit_body(LIMIT * 10))
    assert len(response.body) == LIMIT


async def test_a_compressed_bomb_is_cut(http: Transport) -> None:
    bomb = gzip.compress(b"\x00" * 50_000_000, mtime=0)
    response = await send(http, respond(bomb, "Content-Encoding: gzip"))
    assert (len(response.body), response.is_truncated) == (LIMIT, True)


async def test_a_bomb_within_a_bomb_is_cut(http: Transport) -> None:
    bomb = gzip.compress(gzip.compress(b"\x00" * 50_000_000, mtime=0), mtime=0)
    response = await send(http, respond(bomb, "Content-Encoding: gzip, gzip"))
    assert (len(response.body), response.is_truncated) == (LIMIT, True)


async def test_a_body_of_exactly_the_limit_is_whole(http: Transport) -> None:
    response = await send(http, respond(b"x" * 1000), transfer=limit_body(1000))
    assert (len(response.body), response.is_truncated) == (1000, False)


@pytest.mark.parametrize(
    ("script", "category", "message"),
    [
        (scripts.hang_before_headers, Category.TIMEOUT, "no answer within 0.3 s"),
        (scripts.hang_in_body, Category.TIMEOUT, "an incomplete answer (3 bytes of the body) with"),
        (scripts.drip, Category.TIMEOUT, "an incomplete answer"),
        (scripts.drip_headers, Category.TIMEOUT, "no answer within"),
        (scripts.close, Category.CONNECTION, "no answer"),
        (scripts.reset, Category.CONNECTION, "an incomplete answer"),
        (scripts.cut_short, Category.CONNECTION, "an incomplete answer"),
        (scripts.cut_chunks, Category.CONNECTION, "an incomplete answer"),
        (b"HELLO\r\n\r\n", Category.CONNECTION, "no answer"),
        (b"HTTP/1.1 abc\r\n\r\n", Category.CONNECTION, "no answer"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
            Category.CONNECTION,
            "answer",
        ),
        (
            b"HTTP/1.1 200 OK\r\nX-Big: " + b"x" * 1_000_000 + b"\r\n\r\n",
            Category.CONNECTION,
            "no answer",
        ),
        (
            respond(b"not gzip", "Content-Encoding: gzip"),
            Category.DATA_VALIDATION,
            "the body does not have the encoding its headers say",
        ),
        (
            respond(gzip.compress(b"hello", mtime=0)[:-9], "Content-Encoding: gzip"),
            Category.DATA_VALIDATION,
            "the compressed data end too early",
        ),
        (
            respond(b"", f"Content-Encoding: {', '.join(['gzip'] * 9)}"),
            Category.DATA_VALIDATION,
            "more than 5 encodings",
        ),
    ],
)
async def test_what_is_no_answer_is_a_transport_error(
    http: Transport, script: Script | bytes, category: Category, message: str
) -> None:
    with pytest.raises(TransportError) as caught:
        await send(http, script, timeout=0.3)
    problem = caught.value.problem
    assert problem.category is category, problem.message
    assert message in problem.message
    assert problem.suggested_fix
    assert (problem.transport_failure is None) == (category is Category.DATA_VALIDATION)


async def test_nobody_listens(http: Transport) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        request = PreparedRequest(method="GET", url=f"http://127.0.0.1:{port}/")
        with pytest.raises(TransportError, match="connection refused by 127") as caught:
            await http.send(request, 5)
    assert caught.value.problem.category is Category.CONNECTION


async def test_a_host_that_does_not_exist(http: Transport) -> None:
    request = PreparedRequest(method="GET", url="http://nobody.invalid/")
    with pytest.raises(TransportError, match="host name is not known: nobody") as caught:
        await http.send(request, 10)
    assert caught.value.problem.category is Category.CONNECTION


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:0/", "http://[::1/", "gopher://x/", "http://" + "a" * 300 + "/"]
)
async def test_an_address_that_cannot_be_used(http: Transport, url: str) -> None:
    with pytest.raises(TransportError):
        await http.send(PreparedRequest(method="GET", url=url), 5)


@AT_ONCE
async def test_cancelling_a_run_closes_its_sockets_within_a_second(http: Transport) -> None:
    async with serve({"/a": scripts.hang_before_headers}) as server:
        plan = build_plan([build_test("a", path=f"{server.url}/a")])
        control = RunControl()
        events = run(plan, Scope(), http, control=control)
        async for event in events:
            if isinstance(event, TestStarted):
                break
        async with asyncio.timeout(5):
            await server.asked.wait()
        started = time.perf_counter()
        control.cancel()
        results = get_results(await collect(events))
        assert results["a"].reason == "cancelled"
        async with asyncio.timeout(1):
            await server.closed.wait()
        assert time.perf_counter() - started < 1


@AT_ONCE
@pytest.mark.parametrize("script", [scripts.hang_in_body, scripts.drip, scripts.drip_headers])
async def test_cancelling_within_an_answer_closes_the_socket(
    http: Transport, script: Script
) -> None:
    async with serve({"/x": script}) as server:
        sending = asyncio.create_task(http.send(build_request(server), 60))
        async with asyncio.timeout(5):
            await server.asked.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        async with asyncio.timeout(1):
            await server.closed.wait()
