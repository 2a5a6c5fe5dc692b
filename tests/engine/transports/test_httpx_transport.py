"""The HTTP transport on real sockets: answers, and everything that is not one."""

import asyncio
import gzip
import socket
import time
from typing import Any

import httpx
import pytest
import respx

from app.engine import (
    Category,
    PreparedRequest,
    ReceivedResponse,
    ResultStatus,
    RunControl,
    Scope,
    TestStarted,
    TransportError,
    run,
)
from app.engine.transports.httpx_transport import HttpxTransport, create_http_transport
from tests.engine.builders import build_plan, build_test, collect, get_results
from tests.engine.transports.raw_server import RawServer, Script, respond, serve


async def send(
    scripts: dict[str, Script | bytes], timeout: float = 5, limit: int = 1000, **fields: Any
) -> ReceivedResponse:
    async with serve(scripts) as server, create_http_transport(maximum_body_bytes=limit) as http:
        return await http.send(build_request(server, **fields), timeout)


def build_request(server: RawServer, **fields: Any) -> PreparedRequest:
    defaults: dict[str, Any] = {"method": "GET", "url": f"{server.url}/x"}
    return PreparedRequest(**(defaults | fields))


async def test_sends_what_was_prepared_and_nothing_else() -> None:
    async with serve({"/x": respond(b"{}")}) as server, create_http_transport() as http:
        request = build_request(
            server,
            method="POST",
            url=f"{server.url}/x?a=b%20c&d=%2F",
            headers=(("X-Name", "Zo\u00eb"), ("Content-Type", "text/plain")),
            body=b"hello",
        )
        await http.send(request, 5)
    head = server.requests[0].split("\r\n")
    assert head[0] in ("POST /x?a=b%20c&d=%2F HTTP/1.1", "POST /x?a=b%20c&d=/ HTTP/1.1")
    names = sorted(line.partition(":")[0].lower() for line in head[1:] if line)
    assert names == ["accept-encoding", "content-length", "content-type", "host", "x-name"]
    assert "x-name: Zo\u00eb" in head


async def test_receives_status_headers_body_and_times() -> None:
    response = await send(
        {"/x": respond(b"[1]", "X-A: 1", "X-A: 2", "Content-Type: t", status="404 No")}
    )
    assert (response.status_code, response.body, response.is_truncated) == (404, b"[1]", False)
    assert [value for name, value in response.headers if name.lower() == "x-a"] == ["1", "2"]
    assert response.elapsed_ms > 0
    assert set(response.timing_phases) == {"first_byte_ms", "download_ms"}
    assert sum(response.timing_phases.values()) <= response.elapsed_ms + 1


async def test_decodes_the_body() -> None:
    response = await send({"/x": respond(gzip.compress(b"hello"), "Content-Encoding: gzip")})
    assert response.body == b"hello"


async def test_redirects_are_not_followed() -> None:
    response = await send({"/x": respond(b"", "Location: /y", status="302 Found")})
    assert response.status_code == 302


async def test_cookies_of_one_answer_do_not_go_into_the_next_request() -> None:
    scripts = {"/x": respond(b"", "Set-Cookie: session=1; Path=/")}
    async with serve(scripts) as server, create_http_transport() as http:
        for _ in range(2):
            await http.send(build_request(server), 5)
    assert len(server.requests) == 2
    assert "cookie" not in server.requests[1].lower()


async def test_connections_are_used_again() -> None:
    async with serve({"/x": respond(b"{}")}) as server, create_http_transport() as http:
        for _ in range(5):
            await http.send(build_request(server), 5)
    assert server.connections == 1


async def test_a_large_body_is_cut_and_the_connection_given_up() -> None:
    async def pour(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    scripts: dict[str, Script | bytes] = {"/x": pour, "/y": respond(b"ok")}
    async with serve(scripts) as server, create_http_transport(maximum_body_bytes=1000) as http:
        response = await http.send(build_request(server), 5)
        assert (len(response.body), response.is_truncated) == (1000, True)
        again = await http.send(build_request(server, url=f"{server.url}/y"), 5)
        assert again.body == b"ok"
        assert server.connections == 2


async def test_a_compressed_bomb_is_cut() -> None:
    bomb = gzip.compress(b"\x00" * 50_000_000)
    response = await send({"/x": respond(bomb, "Content-Encoding: gzip")}, limit=100_000)
    assert (len(response.body), response.is_truncated) == (100_000, True)


async def test_a_body_of_exactly_the_limit_is_whole() -> None:
    response = await send({"/x": respond(b"x" * 1000)}, limit=1000)
    assert not response.is_truncated


async def _hang_before_headers(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.readexactly(1)  # ends when the client closes the connection


async def _hang_in_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
    await reader.readexactly(1)


async def _drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(10_000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _drip_headers(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for index in range(10_000):
        writer.write(f"X-{index}: 1\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.02)


async def _close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
    await writer.drain()
    writer.transport.abort()


async def _cut_short(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    ("script", "category", "message"),
    [
        (_hang_before_headers, Category.TIMEOUT, "no answer within 0.3 s"),
        (_hang_in_body, Category.TIMEOUT, "an incomplete answer (3 bytes of the body) within 0.3"),
        (_drip, Category.TIMEOUT, "an incomplete answer"),
        (_drip_headers, Category.TIMEOUT, "no answer within"),
        (_close, Category.CONNECTION, "no answer"),
        (_reset, Category.CONNECTION, "an incomplete answer"),
        (_cut_short, Category.CONNECTION, "an incomplete answer"),
        (b"HELLO\r\n\r\n", Category.CONNECTION, "no answer"),
        (b"HTTP/1.1 abc\r\n\r\n", Category.CONNECTION, "no answer"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
            Category.CONNECTION,
            "answer",
        ),
        (
            b"HTTP/1.1 200 OK\r\nX-Big: " + b"x" * 100_000 + b"\r\n\r\n",
            Category.CONNECTION,
            "no answer",
        ),
        (
            respond(b"not gzip", "Content-Encoding: gzip"),
            Category.DATA_VALIDATION,
            "the body does not have the encoding its headers say",
        ),
    ],
)
async def test_what_is_no_answer_is_a_transport_error(
    script: Script | bytes, category: Category, message: str
) -> None:
    started = time.perf_counter()
    with pytest.raises(TransportError) as caught:
        await send({"/x": script}, timeout=0.3)
    problem = caught.value.problem
    assert problem.category is category, problem.message
    assert message in problem.message
    assert problem.suggested_fix
    assert bool(problem.transport_failure) == (category is not Category.DATA_VALIDATION)
    assert time.perf_counter() - started < 5


async def test_nobody_listens() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        request = PreparedRequest(method="GET", url=f"http://127.0.0.1:{port}/")
        async with create_http_transport() as http:
            with pytest.raises(TransportError, match="connection refused") as caught:
                await http.send(request, 5)
    assert caught.value.problem.category is Category.CONNECTION


async def test_a_host_that_does_not_exist() -> None:
    request = PreparedRequest(method="GET", url="http://nobody.invalid/")
    async with create_http_transport() as http:
        with pytest.raises(TransportError, match="host name is not known") as caught:
            await http.send(request, 10)
    assert caught.value.problem.category is Category.CONNECTION


async def test_no_tls_where_tls_is_wanted() -> None:
    def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener, create_http_transport() as http:
        request = PreparedRequest(method="GET", url=f"https://127.0.0.1:{port}/")
        with pytest.raises(TransportError, match="no secure connection") as caught:
            await http.send(request, 5)
    assert caught.value.problem.category is Category.CONNECTION


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999/", "http://[::1/", "gopher://x/", "http://" + "a" * 300 + "/"]
)
async def test_an_address_that_cannot_be_used(url: str) -> None:
    async with create_http_transport() as http:
        with pytest.raises(TransportError):
            await http.send(PreparedRequest(method="GET", url=url), 5)


async def test_a_location_that_is_no_address_is_an_error_and_no_crash() -> None:
    with pytest.raises(TransportError):
        await send({"/x": respond(b"", "Location: http://[::1", status="302 Found")})


async def test_cancelling_a_run_closes_its_sockets_within_a_second() -> None:
    async with serve({"/a": _hang_before_headers}) as server, create_http_transport() as http:
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


async def test_respx_sees_the_requests_of_a_run() -> None:
    with respx.mock(using="httpx", base_url="http://shop.test") as mock:
        mock.get("/a").respond(200, json={"id": 1})
        mock.get("/b").mock(side_effect=httpx.ConnectTimeout("slow"))
        mock.get("/c").mock(side_effect=httpx.ConnectError("down"))
        async with create_http_transport() as http:
            events = await collect(run(build_plan(["a", "b", "c"]), Scope(), http))
    results = get_results(events)
    assert results["a"].status is ResultStatus.PASSED
    assert (results["b"].status, results["b"].category) == ("error", "timeout")
    assert (results["c"].status, results["c"].category) == ("error", "connection")


async def test_plain_httpx_works_as_well() -> None:
    client = httpx.AsyncClient(trust_env=False)
    async with serve({"/x": respond(b"ok")}) as server, HttpxTransport(client) as http:
        assert (await http.send(build_request(server), 5)).body == b"ok"
