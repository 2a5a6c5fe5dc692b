import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from scripts.demonstration.stream import EventParser, ServerSentEvent, read_events


def parse(text: str) -> list[ServerSentEvent]:
    parser = EventParser()
    found = (parser.parse(line) for line in text.split("\n"))
    return [event for event in found if event is not None]


def test_a_blank_line_dispatches_an_event() -> None:
    text = 'event: run_started\nid: 1\ndata: {"seq": 1}\n\n'
    assert parse(text) == [ServerSentEvent("run_started", "1", '{"seq": 1}')]


def test_data_lines_are_joined() -> None:
    assert parse("data: one\ndata:two\n\n") == [ServerSentEvent("message", "", "one\ntwo")]


def test_comments_and_unknown_fields_are_ignored() -> None:
    assert parse(": alive\n\nretry: 3\n\nweight: 4\ndata: x\n\n") == [
        ServerSentEvent("message", "", "x")
    ]


def test_the_id_stays_until_another_is_named_and_the_type_does_not() -> None:
    events = parse("id: 7\nevent: a\ndata: x\n\ndata: y\n\n")
    assert events == [ServerSentEvent("a", "7", "x"), ServerSentEvent("message", "7", "y")]


def test_an_event_that_the_end_of_the_stream_cut_off_is_not_dispatched() -> None:
    assert parse("data: whole\n\ndata: cut") == [ServerSentEvent("message", "", "whole")]


class Chunks(httpx.AsyncByteStream):
    """A body that arrives in pieces that ignore the lines."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            await asyncio.sleep(0)
            yield chunk


async def test_pieces_that_ignore_the_lines_make_whole_events() -> None:
    body = Chunks(b"id: 1\nda", b"ta: {}\n", b"\nid: 2\ndata: {}\n\n")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        events = [event async for event in read_events(client, "/events")]
    assert [event.id for event in events] == ["1", "2"]


async def test_the_last_event_id_is_sent() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, stream=Chunks())

    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        assert [event async for event in read_events(client, "/events", 41)] == []
    assert requests[0].headers["Last-Event-ID"] == "41"


async def test_a_refused_stream_is_an_error() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        with pytest.raises(httpx.HTTPStatusError):
            _ = [event async for event in read_events(client, "/events")]
