"""A request that brings its addresses goes to no other."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from app.engine import PreparedRequest, TransportError
from app.engine.transfer import Transfer
from tests.engine.transports.proxy_server import serve_proxy
from tests.engine.transports.raw_server import respond, serve
from tests.engine.transports.tls_server import TRUSTING, build_context, issue, serve_tls
from tests.engine.transports.transports import TRANSPORTS, AnyTransport


@pytest.fixture(params=["direct", "pyreqwest"])
async def http(request: pytest.FixtureRequest) -> AsyncGenerator[AnyTransport]:
    async with aclosing(TRANSPORTS[request.param]()) as transport:
        yield transport


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("::1", "127.0.0.1")])
async def test_the_name_of_the_host_is_not_asked(
    http: AnyTransport, addresses: tuple[str, ...]
) -> None:
    async with serve({"/x": respond(b"ok")}) as server:
        url = server.url.replace("127.0.0.1", "checked.invalid") + "/x"
        for _ in range(2):
            request = PreparedRequest(method="GET", url=url, addresses=addresses)
            assert (await http.send(request, 5)).body == b"ok"
    assert server.connections == 1
    assert "host: checked.invalid:" in server.requests[0].lower()


async def test_the_certificate_is_that_of_the_name(http: AnyTransport) -> None:
    async with serve_tls(build_context(issue("checked.invalid")), "checked.invalid") as url:
        transfer = Transfer(tls=TRUSTING)
        request = PreparedRequest(
            method="GET", url=url, transfer=transfer, addresses=("127.0.0.1",)
        )
        assert (await http.send(request, 5)).body == b"ok"


async def test_of_a_proxy_they_are_the_proxys(http: AnyTransport) -> None:
    async with serve_proxy() as proxy:
        place = proxy.url.replace("127.0.0.1", "proxy.invalid")
        request = PreparedRequest(
            method="GET",
            url="http://shop.test/a",
            transfer=Transfer(proxy=place),
            addresses=("127.0.0.1",),
        )
        assert (await http.send(request, 5)).body == b"http://shop.test/a"


async def test_other_addresses_make_another_connection(http: AnyTransport) -> None:
    async with serve({"/x": respond(b"ok")}) as server:
        url = f"{server.url}/x".replace("127.0.0.1", "localhost")
        first = PreparedRequest(method="GET", url=url, addresses=("127.0.0.1",))
        await http.send(first, 5)
        second = PreparedRequest(method="GET", url=url, addresses=("127.0.0.2",))
        with pytest.raises(TransportError, match="connection refused"):
            await http.send(second, 5)
