"""HTTP/2, which a test asks for."""

import asyncio
from contextlib import aclosing

import pytest

from app.engine import PreparedRequest, TransportError
from app.engine.transfer import Transfer
from app.engine.transports.http_transport import HttpTransport
from app.engine.transports.pyreqwest_transport import PyreqwestTransport
from tests.engine.transports import scripts
from tests.engine.transports.http_2_server import serve_http_2
from tests.engine.transports.raw_server import serve
from tests.engine.transports.tls_server import TRUSTING, build_context, issue, serve_tls

HTTP_2 = Transfer(http_version="2", tls=TRUSTING)


@pytest.mark.parametrize("is_secure", [True, False])
async def test_speaks_http_2(is_secure: bool) -> None:
    context = build_context(issue()) if is_secure else None
    async with serve_http_2(context) as url, aclosing(HttpTransport()) as http:
        requests = [
            PreparedRequest(method="POST", url=f"{url}/{i}", body=b"hello", transfer=HTTP_2)
            for i in range(20)
        ]
        answers = await asyncio.gather(*(http.send(request, 5) for request in requests))
    assert [answer.body for answer in answers] == [b"POST /%d hello" % i for i in range(20)]
    assert {answer.http_version for answer in answers} == {"2"}
    assert {answer.status_code for answer in answers} == {201}
    assert ("x-a", "1") in answers[0].headers


async def test_a_target_without_it_is_told_by_the_version_of_the_answer() -> None:
    async with serve_tls(build_context(issue())) as url, aclosing(HttpTransport()) as http:
        answer = await http.send(PreparedRequest(method="GET", url=url, transfer=HTTP_2), 5)
    assert answer.http_version == "1.1"


async def test_a_plain_target_without_it_is_an_error() -> None:
    async with serve({"/": scripts.close}) as server, aclosing(HttpTransport()) as http:
        with pytest.raises(TransportError):
            await http.send(PreparedRequest(method="GET", url=server.url, transfer=HTTP_2), 5)


async def test_what_was_cancelled_ends_when_its_time_is_up() -> None:
    async with (
        serve({"/x": scripts.hang_before_headers}) as server,
        aclosing(PyreqwestTransport()) as http,
    ):
        request = PreparedRequest(method="GET", url=f"{server.url}/x")
        sending = asyncio.create_task(http.send(request, 0.2))
        async with asyncio.timeout(5):
            await server.asked.wait()
        sending.cancel()
        async with asyncio.timeout(10):
            await server.closed.wait()
