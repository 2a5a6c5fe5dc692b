"""Machines against everything: a token reaches its project, and one that reads writes nothing, by no way."""

import json
import tomllib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.api.calling import call
from tests.api.examples import Operation
from tests.api.world import World
from tests.hooks.senders import TLS
from tests.workspaces.machines import create_api_token, sign_in
from tests.workspaces.people import Person

ACCESS: Final = Path(__file__).parents[2] / "supabase" / "access.toml"
OF_THE_PROJECT: Final = [
    "project_id",
    "suite_id",
    "case_id",
    "required_test_id",
    "dependent_test_id",
    "fixture_id",
    "endpoint_id",
    "dependency_id",
    "import_id",
    "environment_id",
    "run_id",
    "result_id",
    "batch_id",
    "hook_id",
    "delivery_id",
]
# What is no GET and changes nothing.
HARMLESS: Final = {"preview_case", "preview_draft", "create_stream_ticket"}
READING: Final = ("get_", "list_", "find_", "compare_", "show_")
OWN_KEYS: Final = {"claim_idempotency_key", "settle_idempotency_key"}


@dataclass(frozen=True)
class Machines:
    """One that reads the whole organization, and one that writes, in another project than the world's."""

    reading: Person
    bound: Person


@pytest.fixture(scope="module")
async def machines(world: World, service: Service) -> AsyncIterator[Machines]:
    owner, organization_id = world.team.owner, world.known["organization_id"]
    elsewhere = await world.team.create_project()
    reading = await create_api_token(owner, organization_id, "read")
    bound = await create_api_token(owner, organization_id, "write", project_id=elsewhere["id"])
    async with AsyncExitStack() as stack:
        yield Machines(
            *[
                await stack.enter_async_context(sign_in(service, owner, token["api_token"]))
                for token in (reading, bound)
            ]
        )


def list_functions() -> list[str]:
    """Return the functions that people may call."""
    functions: dict[str, str] = tomllib.loads(ACCESS.read_text())["functions"]
    return [name for name, cells in functions.items() if cells.split()[1] == "allowed"]


def make_request(world: World) -> dict[str, Any]:
    """Return every id under every name that a function may look for."""
    known = world.known
    return {
        **known,
        "id": known["case_id"],
        "test_case_id": known["case_id"],
        "test_suite_id": known["suite_id"],
        "with_run_id": known["run_id"],
        "environment_ids": [known["environment_id"]],
        "suite_ids": [known["suite_id"]],
        "test_case_ids": [known["case_id"]],
        "selection": {},
        "options": {},
        "name": "Odd",
        "key": "odd",
        "fingerprint": "odd",
        "slug": "odd-slug",
        "scope": "read",
        "expires_in_days": 1,
        "digest": "00" * 32,
        "topics": [f"run:{known['run_id']}", f"project:{known['project_id']}"],
        "limit": 10,
        "after_seq": 0,
        "document": {"key": "odd", "name": "Odd", "method": "GET", "path": "/odd"},
        "changes": {},
    }


async def call_functions(
    machine: Person, world: World, supabase: SupabaseDetails
) -> dict[str, httpx.Response]:
    """Call every function past our API, with the access token of a machine."""
    headers = {"apikey": supabase.publishable_key, **machine.user.headers}
    address = f"{supabase.supabase_url}/rest/v1/rpc"
    async with httpx.AsyncClient(headers=headers, verify=TLS, timeout=20.0) as client:
        return {
            function: await client.post(
                f"{address}/{function}", json={"request": make_request(world)}
            )
            for function in list_functions()
        }


async def test_a_token_that_reads_changes_nothing(
    world: World, operations: dict[str, Operation], machines: Machines
) -> None:
    writes = [operation for operation in operations.values() if operation.method != "get"]
    answers = {
        operation.name: (await call(machines.reading, operation, world)).status
        for operation in writes
        if all(name in world.known for name in operation.parameters)
    }
    assert {name for name, status in answers.items() if status < 300} == HARMLESS
    assert max(answers.values()) < 500


async def test_a_token_that_reads_calls_no_function_that_changes(
    world: World, machines: Machines, supabase: SupabaseDetails
) -> None:
    answers = await call_functions(machines.reading, world, supabase)
    allowed = {name for name, answer in answers.items() if answer.is_success}
    assert {name for name in allowed if not name.startswith(READING)} == OWN_KEYS


async def test_a_bound_token_finds_nothing_of_another_project(
    world: World,
    operations: dict[str, Operation],
    machines: Machines,
    supabase: SupabaseDetails,
) -> None:
    hidden = {world.known[name] for name in OF_THE_PROJECT}
    texts: dict[str, str] = {}
    for operation in operations.values():
        if all(name in world.known for name in operation.parameters):
            answer = await call(machines.bound, operation, world)
            assert answer.status < 500, operation.name
            if not hidden.isdisjoint(world.known[name] for name in operation.parameters):
                assert answer.status >= 400, operation.name
            texts[operation.name] = json.dumps(answer.document)
    functions = await call_functions(machines.bound, world, supabase)
    texts |= {name: answer.text for name, answer in functions.items() if answer.is_success}
    assert [name for name, text in texts.items() if any(one in text for one in hidden)] == []
