"""Texts that are made to become syntax, and JSON that nothing can answer with: values at most, or refused."""

import asyncio
import base64
import json
from typing import Any, Final

import httpx
import pytest

from tests.api.examples import Operation, fill_in
from tests.api.world import World

TEXTS: Final = (
    "\x00",
    '"),or(id.not.is.null',
    "*),id.not.is.null,(name.ilike.*",
    "\\\"{}(),.:%_'; drop table public.projects; --\r\nX-Injected: 1",
)
PLACES: Final = (
    ["\x00", "\x00"],
    ['"),or(id.not.is.null', '"\\'],
    ["not.is.null", None],
    [{"a": [10**18]}, "\u202e" * 50],
)
PATHS: Final = ("%00", "%2e%2e%2fprojects", "%22%29,or", "x%0d%0aX-Injected:%201", "%ff")
STREAMS: Final = frozenset({"follow_run", "follow_project"})
HALF_A_PAIR: Final = r'"\ud800"'
JSON_VALUES: Final = ("1e400", "NaN", "1" + "0" * 400, "[" * 300 + "]" * 300, HALF_A_PAIR)
BODIES: Final = {
    "/access-tokens": '{"api_token": VALUE}',
    "/projects/{project_id}/fixtures": '{"name": "odd", "fixture_type": "user", "data": [VALUE]}',
    "/projects/{project_id}/endpoints": (
        '{"method": "GET", "path": "/odd", "request_schema": {"default": VALUE}}'
    ),
    "/suites/{suite_id}/cases": (
        '{"key": "odd", "name": "Odd", "endpoint": {"method": "POST", "path": "/odd"},'
        ' "request": {"body": [VALUE]}}'
    ),
    "/projects/{project_id}/hooks": (
        '{"name": "Odd", "environment_id": "ENVIRONMENT", "signature": {"scheme": "github"},'
        ' "when": [{"path": "$.a", "any_of": [VALUE]}]}'
    ),
    "/runs": (
        '{"project_id": "PROJECT", "environment_id": "ENVIRONMENT", "metadata": {"odd": VALUE}}'
    ),
}


def encode_place(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def list_reads(world: World, operations: dict[str, Operation]) -> list[Operation]:
    return [
        operation
        for operation in operations.values()
        if operation.method == "get"
        and operation.name not in STREAMS
        and all(name in world.known for name in operation.parameters)
    ]


def write_query(operation: Operation, world: World, name: str, text: str) -> httpx.QueryParams:
    return httpx.QueryParams(fill_in(operation.make_query(), world.known) | {name: text})


async def ask(world: World, requests: list[tuple[str, httpx.QueryParams]]) -> list[httpx.Response]:
    """Send reads of the owner, a few at a time."""
    room = asyncio.Semaphore(8)

    async def send(path: str, query: httpx.QueryParams) -> httpx.Response:
        async with room:
            return await world.team.owner.http.get(path, params=query)

    return await asyncio.gather(*(send(path, query) for path, query in requests))


async def test_no_text_becomes_a_part_of_a_query(
    world: World, operations: dict[str, Operation]
) -> None:
    requests = [
        (operation.path.format(**world.known), write_query(operation, world, name, text))
        for operation in list_reads(world, operations)
        for name in sorted(operation.query_names)
        for text in (map(encode_place, PLACES) if name == "cursor" else TEXTS)
    ]
    answers = await ask(world, requests)
    assert len(answers) > 200
    broken = [str(answer.request.url) for answer in answers if answer.status_code >= 500]
    assert broken == []
    # Nothing has such a name, so that whatever is found was not looked for.
    found = [
        str(answer.request.url)
        for answer in answers
        if answer.status_code == 200
        and "cursor" not in answer.request.url.params
        and answer.json().get("items")
    ]
    assert found == []


async def test_no_path_leads_elsewhere(world: World, operations: dict[str, Operation]) -> None:
    requests = [
        (
            operation.path.format(**(world.known | {name: text})),
            httpx.QueryParams(fill_in(operation.make_query(), world.known)),
        )
        for operation in list_reads(world, operations)
        for name in operation.parameters
        for text in PATHS
    ]
    answers = await ask(world, requests)
    assert len(answers) > 50
    assert {answer.status_code for answer in answers} <= {404, 422}
    assert not any("x-injected" in answer.headers for answer in answers)


@pytest.mark.parametrize("path", BODIES)
async def test_odd_json_is_refused_before_it_is_stored(world: World, path: str) -> None:
    known = world.known
    template = BODIES[path].replace("PROJECT", known["project_id"])
    template = template.replace("ENVIRONMENT", known["environment_id"])
    for value in JSON_VALUES:
        answer = await world.team.owner.http.post(
            f"/api/v1{path}".format(**known),
            content=template.replace("VALUE", value),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 422, (value[:20], answer.text)


async def test_heaps_of_names_are_refused_without_naming_each(world: World) -> None:
    body = json.dumps({f"name-{number}": 1 for number in range(100_000)})
    headers = {"Content-Type": "application/json"}
    path = "/api/v1/access-tokens"
    answer = await world.team.owner.http.post(path, content=body, headers=headers)
    assert answer.status_code == 422
    assert len(answer.content) < 1_000
