"""Every operation called by everybody: the statuses of `calls.toml`, and how often the database is asked."""

import json

import pytest

from scripts.demonstration.components import Service
from tests.api.calling import TABLE, call
from tests.api.examples import Operation
from tests.api.world import World

READS = 2
WRITES = 3
OPERATIONS = sorted(TABLE)


async def test_the_table_has_every_operation(operations: dict[str, Operation]) -> None:
    assert set(TABLE) == set(operations)


@pytest.mark.parametrize("name", OPERATIONS)
async def test_nobody_is_answered_without_a_token(
    name: str, world: World, operations: dict[str, Operation]
) -> None:
    answer = await call(world.team.owner, operations[name], world, anonymous=True)
    assert answer.status == TABLE[name]["nobody"], answer.document


@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_stranger_learns_nothing(
    name: str, world: World, operations: dict[str, Operation]
) -> None:
    """What is foreign is answered exactly as what does not exist."""
    operation = operations[name]
    answer = await call(world.team["stranger"], operation, world)
    assert answer.status == TABLE[name]["stranger"], answer.document
    if answer.status == 404 and operation.parameters:
        unknown = await call(world.team.owner, operation, world, unknown=True)
        assert unknown.status == 404, unknown.document
        assert {**unknown.document, "request_id": ""} == {**answer.document, "request_id": ""}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_viewer_only_looks(
    name: str, world: World, operations: dict[str, Operation]
) -> None:
    if name == "remove_member":
        pytest.skip("a viewer who leaves is no viewer any more: see test_the_owner_may")
    answer = await call(world.team["viewer"], operations[name], world)
    assert answer.status == TABLE[name]["viewer"], answer.document


async def test_the_owner_may(
    doomed_world: World, operations: dict[str, Operation], service: Service
) -> None:
    """Every documented example works, and costs no more requests to the database than it should."""
    owner = doomed_world.team.owner
    wrong: list[str] = []
    requests: dict[str, str] = {}
    for name, expected in TABLE.items():
        answer = await call(owner, operations[name], doomed_world)
        requests[answer.request_id] = name
        if (
            answer.status != expected["owner"]
            or str(answer.status) not in operations[name].statuses
        ):
            wrong.append(f"{name}: {answer.status} {answer.document}")
    assert not wrong, "\n".join(wrong)
    counts = count_database_requests(service, requests)
    assert counts.keys() == TABLE.keys()
    assert {
        name: count
        for name, count in counts.items()
        if count > (READS if operations[name].method == "get" else WRITES)
    } == {}


def count_database_requests(service: Service, requests: dict[str, str]) -> dict[str, int]:
    """Return how many requests each operation took, from the log of the service."""
    lines = (json.loads(line) for line in service.log.read_text().splitlines() if line[:1] == "{")
    return {
        requests[line["request_id"]]: line["database_requests"]
        for line in lines
        if line.get("event") == "request_served" and line["request_id"] in requests
    }
