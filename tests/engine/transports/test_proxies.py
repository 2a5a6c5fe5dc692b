"""Requests through a proxy."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from app.engine import Category, PreparedRequest, TransportError
from app.engine.transfer import Transfer
from tests.engine.transports.proxy_server import serve_proxy
from tests.engine.transports.tls_server import TRUSTING, build_context, issue, serve_tls
from tests.engine.transports.transports import TRANSPORTS, AnyTransport


@pytest.fixture(params=["direct", "pyreqwest"])
async def http(request: pytest.FixtureRequest) -> AsyncGenerator[AnyTransport]:
    async with aclosing(TRANSPORTS[request.param]()) as transport:
        yield transport


async def test_a_plain_request_is_passed_on(http: AnyTransport) -> None:
    async with serve_proxy() as proxy:
        transfer = Transfer(proxy=proxy.url.replace("://", "://user:p%40ss@"))
        url = "http://shop.test/a?b=1"
        for _ in range(2):
            answer = await http.send(PreparedRequest(method="GET", url=url, transfer=transfer), 5)
            assert answer.body == url.encode()
    assert "host: shop.test\r\n" in proxy.heads[0].lower()
    assert "proxy-authorization: basic dXNlcjpwQHNz\r\n".lower() in proxy.heads[0].lower()


async def test_a_secure_one_goes_through_a_tunnel(http: AnyTransport) -> None:
    async with serve_tls(build_context(issue())) as url, serve_proxy() as proxy:
        transfer = Transfer(proxy=proxy.url, tls=TRUSTING)
        request = PreparedRequest(
            method="GET", url=url, headers=(("X-Secret", "1"),), transfer=transfer
        )
        for _ in range(2):
            assert (await http.send(request, 5)).body == b"ok"
    assert len(proxy.heads) == 1
    assert proxy.heads[0].startswith("CONNECT 127.0.0.1:")
    assert "secret" not in proxy.heads[0].lower()


async def test_a_proxy_that_refuses() -> None:
    async with serve_proxy(refuses=True) as proxy, aclosing(TRANSPORTS["direct"]()) as http:
        transfer = Transfer(proxy=proxy.url)
        request = PreparedRequest(method="GET", url="https://shop.test/", transfer=transfer)
        with pytest.raises(TransportError, match="refused to connect: it answered 407"):
            await http.send(request, 5)


@pytest.mark.parametrize("proxy", ["nonsense", "ftp://x.test/", "http://"])
async def test_a_proxy_that_cannot_be_used(http: AnyTransport, proxy: str) -> None:
    request = PreparedRequest(method="GET", url="http://shop.test/", transfer=Transfer(proxy=proxy))
    with pytest.raises(TransportError) as caught:
        await http.send(request, 5)
    assert caught.value.problem.category in (Category.ENVIRONMENT, Category.CONNECTION)
