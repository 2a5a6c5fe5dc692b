"""Bodies that come slowly, never, unasked or compressed, over a real connection."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import pytest

from app.web.request_bodies import BodyLimits
from tests.targets.serving import RunningTarget
from tests.web.conftest import BODY_LIMIT, create_app

ORDER = b'{"name": "x", "addresses": []}'
IMPATIENT = timedelta(seconds=0.2)
JSON = "Content-Type: application/json"
LENGTH = "Content-Length: 500"
CHUNKED = "Transfer-Encoding: chunked"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def code(self) -> str:
        return json.loads(self.content)["code"]


class Connection:
    """Writes what it is told to, and reads one answer after the other."""

    def __init__(self, address: str) -> None:
        self._host, _, self._port = address.rpartition("/")[2].partition(":")

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection(self._host, int(self._port))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    def begin(self, line: str, *headers: str, body: bytes = b"") -> None:
        kind = () if any("Content-Type" in header for header in headers) else (JSON,)
        head = "\r\n".join([f"{line} HTTP/1.1", "Host: service", *kind, *headers, "", ""])
        self.writer.write(head.encode() + body)

    async def read(self) -> Answer:
        line, *fields = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (field.partition(": ") for field in fields if field)
        headers = {name.lower(): value for name, _, value in pairs}
        content = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(line.split()[1]), headers, content)

    async def is_closed(self) -> bool:
        return await self.reader.read() == b""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A service that waits a fifth of a second for a body."""
    with RunningTarget(create_app(BodyLimits(BODY_LIMIT, IMPATIENT))) as target:
        yield target.url


@pytest.mark.parametrize("framing", [LENGTH, CHUNKED])
@pytest.mark.parametrize("path", ["/orders", "/keyed"])
async def test_a_body_that_never_comes_is_refused_in_time(
    address: str, framing: str, path: str
) -> None:
    async with Connection(address) as connection:
        connection.begin(f"POST {path}", framing, "Idempotency-Key: 1")
        answer = await connection.read()
        assert (answer.status, answer.code) == (408, "request_too_slow")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-request-id"] == json.loads(answer.content)["request_id"]
        assert answer.headers["connection"] == "close"
        assert await connection.is_closed()


async def test_pieces_do_not_put_the_end_off(address: str) -> None:
    async with Connection(address) as connection:
        connection.begin("POST /orders", CHUNKED)

        async def drip() -> None:
            while True:
                connection.writer.write(b"1\r\n \r\n")
                await asyncio.sleep(IMPATIENT.total_seconds() / 10)

        dripping = asyncio.create_task(drip())
        try:
            assert (await connection.read()).status == 408
        finally:
            dripping.cancel()


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("POST /nowhere", [LENGTH], 404),
        ("DELETE /orders", [LENGTH], 405),
        ("GET /conflict", [CHUNKED], 409),
        ("POST /orders", ["Content-Length: 5000"], 413),
        ("POST /orders", [LENGTH, "Content-Encoding: gzip"], 415),
        ("POST /nowhere", [LENGTH, "Expect: 100-continue"], 404),
    ],
)
async def test_who_is_answered_before_the_end_of_the_body_is_let_go(
    address: str, line: str, headers: list[str], status: int
) -> None:
    async with Connection(address) as connection:
        connection.begin(line, *headers, body=b"{" if headers == [LENGTH] else b"")
        answer = await connection.read()
        assert (answer.status, answer.headers["connection"]) == (status, "close")
        assert await connection.is_closed()


async def test_a_body_that_nobody_reads_does_not_cost_the_connection(address: str) -> None:
    async with Connection(address) as connection:
        for _ in range(2):
            connection.begin("POST /nowhere", "Content-Length: 2")
            await connection.writer.drain()
            connection.writer.write(b"{}")
            answer = await connection.read()
            assert (answer.status, "connection" in answer.headers) == (404, False)


async def test_who_still_sends_reads_that_it_is_too_much(address: str) -> None:
    """They are heard out for a moment: a connection that is cut off may lose the answer."""
    async with Connection(address) as connection:
        size = 2_000_000
        connection.begin("POST /orders", f"Content-Length: {size}", body=b"x" * size)
        await connection.writer.drain()
        assert (await connection.read()).code == "body_too_large"
        assert await connection.is_closed()


async def test_a_body_is_asked_for_when_its_sender_waits(address: str) -> None:
    async with Connection(address) as connection:
        connection.begin("POST /orders", f"Content-Length: {len(ORDER)}", "Expect: 100-continue")
        assert (await connection.read()).status == 100
        connection.writer.write(ORDER)
        assert (await connection.read()).status == 200


@pytest.mark.parametrize("coding", ["gzip", "GZIP, deflate", "br", "x-unknown"])
async def test_compressed_bodies_are_refused(address: str, coding: str) -> None:
    body = gzip.compress(ORDER)
    async with Connection(address) as connection:
        length = f"Content-Length: {len(body)}"
        connection.begin("POST /orders", length, f"Content-Encoding: {coding}", body=body)
        answer = await connection.read()
        assert (answer.status, answer.code) == (415, "unsupported_content_encoding")
        assert answer.headers["accept-encoding"] == "identity"
        connection.begin("POST /orders", f"Content-Length: {len(ORDER)}", body=ORDER)
        assert (await connection.read()).status == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("APPLICATION/JSON; charset=utf-8", 200),
        ("application/vnd.orders+json", 200),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain;charset=UTF-8", 415),
        ("text/json", 415),
        ("multipart/form-data; boundary=x", 415),
        ("json", 415),
        ("", 415),
    ],
)
async def test_a_body_has_to_be_said_to_be_json(address: str, kind: str, status: int) -> None:
    async with Connection(address) as connection:
        length = f"Content-Length: {len(ORDER)}"
        connection.begin("POST /orders", length, f"Content-Type: {kind}", body=ORDER)
        answer = await connection.read()
        assert answer.status == status
        if status == 415:
            assert answer.code == "unsupported_media_type"
            assert answer.headers["accept"] == "application/json"
