from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from app.web.entity_tags import IfMatch
from app.web.pagination import Page
from app.web.problems import install_problem_handlers
from app.web.representations import RepresentationMiddleware
from app.web.requests import RequestMiddleware
from app.web.resources import DatedModel

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Thing(DatedModel):
    name: str


def create_app() -> FastAPI:
    app = FastAPI()
    thing = Thing(name="Ä thing", created_at=NOON, updated_at=NOON)

    @app.get("/thing")
    async def get_thing() -> Thing:
        return thing

    @app.patch("/thing")
    async def change_thing(precondition: IfMatch) -> Thing:
        precondition.check(thing)
        return thing

    @app.get("/things")
    async def list_things(cursor: str | None = None) -> Page[Thing]:
        return Page(items=[thing], next_cursor=None if cursor else "a+b")

    @app.post("/things", status_code=201)
    async def create_thing(response: Response) -> Thing:
        response.headers["Location"] = "/things/1"
        return thing

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(iter([b"data: 1\n\n"]), media_type="text/event-stream")

    install_problem_handlers(app)
    app.add_middleware(RepresentationMiddleware)
    app.add_middleware(RequestMiddleware)
    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client


async def test_who_knows_the_representation_gets_no_copy(client: httpx.AsyncClient) -> None:
    first = await client.get("/thing")
    tag = first.headers["ETag"]
    again = await client.get("/thing", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert "content-type" not in again.headers
    other = await client.get("/thing", headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.json()) == (200, first.json())


@pytest.mark.parametrize("spelling", ["{tag}", "*", '"other", {tag}'])
async def test_a_change_of_what_is_known_is_made(client: httpx.AsyncClient, spelling: str) -> None:
    tag = (await client.get("/thing")).headers["ETag"]
    answer = await client.patch("/thing", headers={"If-Match": spelling.format(tag=tag)})
    assert (answer.status_code, answer.headers["ETag"]) == (200, tag)


async def test_a_tag_without_its_quotes_is_no_change_by_others(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/thing")).headers["ETag"]
    answer = await client.patch("/thing", headers={"If-Match": tag.strip('"')})
    assert (answer.status_code, answer.json()["field"]) == (422, "If-Match")


@pytest.mark.parametrize("spelling", ['"other"', "W/{tag}", ""])
async def test_a_change_of_something_else_is_refused(
    client: httpx.AsyncClient, spelling: str
) -> None:
    tag = (await client.get("/thing")).headers["ETag"]
    answer = await client.patch("/thing", headers={"If-Match": spelling.format(tag=tag)})
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert "ETag" not in answer.headers


async def test_a_list_links_to_what_follows(client: httpx.AsyncClient) -> None:
    first = await client.get("/things", params={"name": "ä & b"})
    following = first.links["next"]["url"]
    assert httpx.URL(following).params == httpx.QueryParams(name="ä & b", cursor="a+b")
    last = await client.get(following)
    assert last.json()["next_cursor"] is None
    assert "Link" not in last.headers


async def test_streams_and_problems_are_left_alone(client: httpx.AsyncClient) -> None:
    stream = await client.get("/stream")
    assert (stream.text, "ETag" in stream.headers) == ("data: 1\n\n", False)
    problem = await client.get("/nothing")
    assert (problem.status_code, "ETag" in problem.headers) == (404, False)


async def test_several_lines_are_one_list(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/thing")).headers["ETag"]
    known = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert (await client.get("/thing", headers=known)).status_code == 304
    meant = [("If-Match", '"other"'), ("If-Match", tag)]
    assert (await client.patch("/thing", headers=meant)).status_code == 200


async def test_addresses_hold_behind_a_proxy_that_serves_under_a_prefix() -> None:
    """As the server tells it with --root-path: the path then begins with the prefix."""
    transport = httpx.ASGITransport(app=create_app(), root_path="/tests")
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        created = await client.post("/tests/things")
        assert created.headers["Location"] == "/tests/things/1"
        listed = await client.get("/tests/things")
        assert listed.links["next"]["url"].startswith("/tests/things?")
        assert (await client.get(listed.links["next"]["url"])).status_code == 200
