"""TLS: whom a transport trusts, how it proves itself, and what it says when it cannot."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import trustme

from app.engine import Category, PreparedRequest, TransportError
from app.engine.transfer import Tls, Transfer
from tests.engine.transports.tls_server import (
    STRANGER,
    TRUSTING,
    build_context,
    build_identity,
    issue,
    serve_tls,
)
from tests.engine.transports.transports import TRANSPORTS, AnyTransport

EXPIRED = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["direct", "pyreqwest"])
async def http(request: pytest.FixtureRequest) -> AsyncGenerator[AnyTransport]:
    async with aclosing(TRANSPORTS[request.param]()) as transport:
        yield transport


def build_request(url: str, tls: Tls = TRUSTING, *, is_detailed: bool = False) -> PreparedRequest:
    transfer = Transfer(tls=tls)
    return PreparedRequest(method="GET", url=url, transfer=transfer, is_detailed=is_detailed)


async def test_an_authority_of_ones_own_is_trusted(http: AnyTransport) -> None:
    async with serve_tls(build_context(issue())) as url:
        for _ in range(2):
            response = await http.send(build_request(url), 5)
            assert (response.status_code, response.body) == (200, b"ok")


@pytest.mark.parametrize(
    ("leaf", "message"),
    [
        (issue(not_after=EXPIRED), "the certificate of the target has expired"),
        (issue("elsewhere.test"), "the certificate of the target is for another host"),
        (issue(authority=STRANGER), "is not signed by an authority that is trusted here"),
    ],
    ids=["expired", "wrong host", "self-signed"],
)
async def test_a_bad_certificate_is_told_with_its_reason(
    http: AnyTransport, leaf: trustme.LeafCert, message: str
) -> None:
    async with serve_tls(build_context(leaf)) as url:
        with pytest.raises(TransportError, match="no secure connection") as caught:
            await http.send(build_request(url), 5)
    problem = caught.value.problem
    assert message in problem.message
    assert (problem.category, problem.transport_failure) == (Category.CONNECTION, "tls")
    assert problem.suggested_fix


async def test_nobody_is_trusted_by_mistake(http: AnyTransport) -> None:
    async with serve_tls(build_context(issue())) as url:
        with pytest.raises(TransportError, match="not signed by an authority"):
            await http.send(build_request(url, Tls()), 5)


async def test_trust_is_not_shared_between_requests(http: AnyTransport) -> None:
    async with serve_tls(build_context(issue())) as url:
        await http.send(build_request(url), 5)
        with pytest.raises(TransportError, match="not signed by an authority"):
            await http.send(build_request(url, Tls()), 5)


async def test_verification_may_be_left_out(http: AnyTransport) -> None:
    leaf = issue("elsewhere.test", STRANGER, EXPIRED)
    async with serve_tls(build_context(leaf)) as url:
        response = await http.send(build_request(url, Tls(verify=False)), 5)
    assert response.body == b"ok"


async def test_a_client_proves_itself_with_its_certificate(http: AnyTransport) -> None:
    async with serve_tls(build_context(issue(), asks_client=True)) as url:
        response = await http.send(build_request(url, build_identity()), 5)
        assert response.body == b"ok"
        with pytest.raises(TransportError) as caught:
            await http.send(build_request(url), 5)
    assert caught.value.problem.category is Category.CONNECTION


@pytest.mark.parametrize(
    "tls",
    [
        Tls(ca="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        Tls(certificate="nonsense", key="nonsense"),
        replace(build_identity(), key=None),
    ],
    ids=["ca", "certificate", "no key"],
)
async def test_certificates_that_cannot_be_read_are_told(http: AnyTransport, tls: Tls) -> None:
    async with serve_tls(build_context(issue())) as url:
        with pytest.raises(TransportError, match=r"transfer\.tls cannot be used") as caught:
            await http.send(build_request(url, tls), 5)
    assert caught.value.problem.category is Category.ENVIRONMENT


async def test_no_tls_where_tls_is_wanted(http: AnyTransport) -> None:
    def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener:
        with pytest.raises(TransportError, match="no secure connection: the target does not"):
            await http.send(build_request(f"https://127.0.0.1:{port}/"), 5)


@pytest.mark.parametrize("tls", [TRUSTING, Tls(verify=False)])
async def test_the_certificate_is_told_whenever_somebody_asks(tls: Tls) -> None:
    leaf = issue(not_after=datetime(2199, 1, 2, 3, 4, 5, tzinfo=UTC))
    async with serve_tls(build_context(leaf)) as url, aclosing(TRANSPORTS["http"]()) as http:
        unasked = await http.send(build_request(url, tls), 5)
        asked = await http.send(build_request(url, tls, is_detailed=True), 5)
    assert unasked.certificate is None
    assert asked.certificate is not None
    assert asked.certificate.not_after == datetime(2199, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert "trustme" in asked.certificate.issuer


async def test_every_phase_is_told_once() -> None:
    async with (
        serve_tls(build_context(issue("localhost")), "localhost") as url,
        aclosing(TRANSPORTS["direct"]()) as http,
    ):
        first = await http.send(build_request(url), 5)
        second = await http.send(build_request(url), 5)
    exchange = {"send_ms", "first_byte_ms", "download_ms"}
    assert set(first.timing_phases) == {"dns_ms", "connect_ms", "tls_ms", *exchange}
    assert set(second.timing_phases) == exchange
    assert sum(first.timing_phases.values()) <= first.elapsed_ms
