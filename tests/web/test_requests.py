import re
from collections.abc import AsyncIterator

import httpx
import pytest

from app.web.problems import MOST_PROBLEMS
from tests.web.conftest import BODY_LIMIT


async def test_the_request_id_of_the_caller_returns(web: httpx.AsyncClient) -> None:
    answer = await web.get("/healthz", headers={"X-Request-ID": "of-the.caller_1"})
    assert answer.headers["X-Request-ID"] == "of-the.caller_1"


@pytest.mark.parametrize("offered", [None, "", "with space", "x" * 129, 'quote"', "a{b}"])
async def test_a_request_without_a_proper_id_gets_one(
    web: httpx.AsyncClient, offered: str | None
) -> None:
    headers = {} if offered is None else {"X-Request-ID": offered}
    answer = await web.get("/healthz", headers=headers)
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


async def test_an_announced_body_that_is_too_large_is_refused(web: httpx.AsyncClient) -> None:
    answer = await web.post("/orders", content=b"x" * (BODY_LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_unannounced_body_that_is_too_large_is_refused(web: httpx.AsyncClient) -> None:
    async def send_pieces() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 100 + 1):
            yield b"x" * 100

    answer = await web.post("/orders", content=send_pieces())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_body_at_the_limit_is_read(web: httpx.AsyncClient) -> None:
    frame = b'{"name":"","addresses":[]}'
    content = frame.replace(b'""', b'"' + b"x" * (BODY_LIMIT - len(frame)) + b'"')
    assert len(content) == BODY_LIMIT
    answer = await web.post(
        "/orders", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 200


async def test_heaps_of_problems_are_named_in_part(web: httpx.AsyncClient) -> None:
    content = b'{"name":"x","addresses":[' + b"1," * (BODY_LIMIT // 4) + b"1]}"
    headers = {"content-type": "application/json"}
    answer = await web.post("/orders", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert len(answer.json()["errors"]) == MOST_PROBLEMS
