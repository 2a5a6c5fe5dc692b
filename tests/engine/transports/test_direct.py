"""What only connections of our own do: any bytes in any pieces, and connections that wait."""

import asyncio
import time
from contextlib import aclosing
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import PreparedRequest, TransportError
from app.engine.transports.direct import pool
from app.engine.transports.direct.answer import Answer, MalformedAnswerError
from app.engine.transports.direct_transport import DirectTransport
from app.engine.transports.progress import Progress
from tests.engine.transports import scripts
from tests.engine.transports.raw_server import respond, serve

WHOLE = (
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: Z\xc3\xbcrich\r\nX-B: Z\xfcrich\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX-Trailer: 1\r\n\r\n"
)


def read(pieces: list[bytes], method: str = "GET") -> Answer:
    answer = Answer(method, 1000, Progress())
    for piece in pieces:
        if not answer.is_complete:
            answer.feed(piece)
    return answer


@given(st.lists(st.integers(1, len(WHOLE) - 1), max_size=8))
def test_pieces_make_no_difference(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WHOLE)]
    pieces = [WHOLE[start:end] for start, end in pairwise(edges)]
    answer = read([piece for piece in pieces if piece])
    assert (answer.status_code, answer.is_complete, answer.keeps_connection) == (200, True, True)
    assert answer.body.conclude() == b"hello!"
    assert answer.headers == [
        ("X-A", "1"),
        ("X-A", "Z\u00fcrich"),
        ("X-B", "Z\u00fcrich"),
        ("Transfer-Encoding", "chunked"),
    ]


@given(
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", WHOLE[:-20], WHOLE]),
    st.lists(st.binary(min_size=1, max_size=200), max_size=5),
    st.sampled_from(["GET", "HEAD", "CONNECT"]),
)
def test_any_bytes_are_an_answer_or_told(
    beginning: bytes, pieces: list[bytes], method: str
) -> None:
    try:
        answer = read([beginning, *pieces] if beginning else pieces, method)
        if not answer.is_complete:
            answer.end()
    except (MalformedAnswerError, TransportError):
        return
    assert answer.is_complete
    assert 100 <= answer.status_code <= 999


@pytest.mark.parametrize(
    "endless",
    [
        [b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n"],
        [b"HTTP/1.1 200 OK\r\nX-A: ", b"x" * 100],
        [b"HTTP/1.1 103 Early\r\n\r\n", b"HTTP/1.1 103 Early\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 100],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: ", b"x" * 100],
        [b"HTTP/1.1 200 ", b"x" * 100],
    ],
    ids=["headers", "header", "early hints", "chunk extension", "trailer", "reason"],
)
def test_what_never_ends_is_given_up(endless: list[bytes]) -> None:
    with pytest.raises(MalformedAnswerError):
        read([endless[0], *(endless[1] for _ in range(100_000))])


async def test_a_body_may_end_with_the_connection() -> None:
    async def answer_and_close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
        await writer.drain()
        writer.close()

    async with serve({"/x": answer_and_close}) as server, aclosing(DirectTransport()) as http:
        response = await http.send(PreparedRequest(method="GET", url=f"{server.url}/x"), 5)
    assert response.body == b"hello"


async def test_connections_do_not_wait_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "KEEP_ALIVE_SECONDS", 0.05)
    async with serve({"/x": respond(b"ok")}) as server, aclosing(DirectTransport()) as http:
        request = PreparedRequest(method="GET", url=f"{server.url}/x")
        await asyncio.gather(*(http.send(request, 5) for _ in range(3)))
        async with asyncio.timeout(5):
            await server.closed.wait()
        assert (await http.send(request, 5)).body == b"ok"


async def test_what_nobody_asked_for_ends_the_connection() -> None:
    script = respond(b"ok") + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nothers"
    async with serve({"/x": script}) as server, aclosing(DirectTransport()) as http:
        request = PreparedRequest(method="GET", url=f"{server.url}/x")
        for _ in range(3):
            assert (await http.send(request, 5)).body == b"ok"


async def test_nothing_is_sent_twice_that_may_have_had_an_effect() -> None:
    async with serve({"/x": respond(b"ok"), "/y": scripts.close}) as server:
        async with aclosing(DirectTransport()) as http:
            await http.send(PreparedRequest(method="GET", url=f"{server.url}/x"), 5)
            with pytest.raises(TransportError, match="no answer"):
                await http.send(PreparedRequest(method="POST", url=f"{server.url}/y"), 5)
        assert [head.split(" ")[0] for head in server.requests] == ["GET", "POST"]


async def test_a_short_timeout_counts_on_a_connection_that_had_a_long_one() -> None:
    answers = {"/x": respond(b"ok"), "/y": scripts.hang_before_headers}
    async with serve(answers) as server, aclosing(DirectTransport()) as http:
        await http.send(PreparedRequest(method="GET", url=f"{server.url}/x"), 60)
        started = time.perf_counter()
        with pytest.raises(TransportError, match=r"within 0\.1 s"):
            await http.send(PreparedRequest(method="GET", url=f"{server.url}/y"), 0.1)
        assert time.perf_counter() - started < 30
        assert server.connections == 1
