"""The execution context: merged key by key, safe under concurrent writers, limited."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tests.database.callers import Json, RefusedError
from tests.database.conftest import ClaimRun
from tests.database.waiting import wait_until_blocked
from tests.database.workspaces import ClaimedRun, Workspace
from tests.fixtures.database import Connect


@pytest.fixture
async def run(workspace: Workspace, claim_run: ClaimRun) -> ClaimedRun:
    await workspace.create_case("login")
    return await claim_run()


async def test_deltas_are_merged_key_by_key(run: ClaimedRun) -> None:
    update = run.service.call
    await update(
        "update_test_run_context",
        run_id=run.run_id,
        shared_auth_tokens={"access": "a"},
        captured_data={"login": {"id": 1, "name": "Ada"}},
        test_order=["login"],
    )
    merged = await update(
        "update_test_run_context",
        run_id=run.run_id,
        shared_variables={"user": 7},
        captured_data={"login": {"id": 2}, "cart": {"items": [1]}},
        test_order=["login", "cart", "cart"],
    )
    assert merged["shared_auth_tokens"] == {"access": "a"}
    assert merged["shared_variables"] == {"user": 7}
    assert merged["captured_data"] == {"login": {"id": 2, "name": "Ada"}, "cart": {"items": [1]}}
    assert merged["test_order"] == ["login", "cart"]


async def test_captures_of_iterations_fill_lists_by_their_index(run: ClaimedRun) -> None:
    update = run.service.call
    for items in ({"2": "c"}, {"0": "a", "4": None}, {"2": "C"}):
        merged = await update(
            "update_test_run_context",
            run_id=run.run_id,
            captured_data={"login": {"plain": 1}},
            captured_items={"each": {"id": items}, "login": {"other": {"0": True}}},
        )
    assert merged["captured_data"] == {
        "login": {"plain": 1, "other": [True]},
        "each": {"id": ["a", None, "C", None, None]},
    }
    assert set(merged["last_written"]["captured_data"]) == {"login", "each"}


async def test_every_change_gives_the_context_a_version(run: ClaimedRun) -> None:
    versions = [
        await run.record(context=context)
        for context in ({}, {"shared_variables": {"a": 1}}, {}, {"test_order": ["login"]})
    ]
    assert [answer["context_version"] for answer in versions] == [0, 1, 1, 2]
    stored = await run.service.call("get_test_run_context", run_id=run.run_id)
    assert (stored["version"], stored["expires_at"]) == (2, None)


async def test_a_context_is_gone_when_its_time_is_up(run: ClaimedRun, database: Connect) -> None:
    await run.finish()
    stored = await run.service.call("get_test_run_context", run_id=run.run_id)
    kept = datetime.fromisoformat(stored["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < kept < timedelta(hours=25)
    await (await database()).execute(
        "update public.test_execution_context set expires_at = now() where run_id = %s",
        [run.run_id],
    )
    assert await run.service.call("get_test_run_context", run_id=run.run_id) is None


async def test_concurrent_writers_both_survive(run: ClaimedRun) -> None:
    await asyncio.gather(
        *(
            run.service.call(
                "update_test_run_context",
                run_id=run.run_id,
                shared_variables={f"from_{writer}": writer},
                captured_data={"login": {f"from_{writer}": writer}},
            )
            for writer in range(12)
        )
    )
    context = await run.service.call("get_test_run_context", run_id=run.run_id)
    expected = {f"from_{writer}": writer for writer in range(12)}
    assert context["shared_variables"] == expected
    assert context["captured_data"] == {"login": expected}


async def update_as_worker(
    connection: AsyncConnection[Any], run: ClaimedRun, writer: str, **delta: Any
) -> Json:
    request = {"run_id": run.run_id, "writer": writer, **delta}
    cursor = await connection.execute(
        "select public.update_test_run_context(%s) as context", [Jsonb(request)]
    )
    row = await cursor.fetchone()
    assert row is not None
    return row["context"]


async def test_the_last_writer_of_a_key_wins_and_is_noted(
    run: ClaimedRun, database: Connect
) -> None:
    first, second = await database(), await database()
    async with first.transaction():
        await update_as_worker(
            first,
            run,
            "worker-a",
            shared_variables={"user": "a", "only_a": 1},
            captured_data={"login": {"id": "a"}},
        )
        waiting = asyncio.create_task(
            update_as_worker(
                second,
                run,
                "worker-b",
                shared_variables={"user": "b", "only_b": 2},
                captured_data={"login": {"name": "b"}},
            )
        )
        await wait_until_blocked(database, second)
    context = await waiting
    assert context["shared_variables"] == {"user": "b", "only_a": 1, "only_b": 2}
    assert context["captured_data"] == {"login": {"id": "a", "name": "b"}}
    noted = context["last_written"]
    writers = {name: stamp["by"] for name, stamp in noted["shared_variables"].items()}
    assert writers == {"user": "worker-b", "only_a": "worker-a", "only_b": "worker-b"}
    assert noted["captured_data"]["login"]["by"] == "worker-b"
    assert noted["shared_variables"]["user"]["at"] > noted["shared_variables"]["only_a"]["at"]


async def test_a_batch_notes_its_worker(run: ClaimedRun) -> None:
    await run.record(context={"shared_auth_tokens": {"access": "a"}})
    context = await run.service.call("get_test_run_context", run_id=run.run_id)
    assert context["last_written"]["shared_auth_tokens"]["access"]["by"] == run.worker_id


LIMITS: dict[str, Json] = {
    "1001 shared variables, at most 1000": {
        "shared_variables": {f"name_{number}": number for number in range(1001)}
    },
    "5001 captured values, at most 5000": {
        "captured_data": {"login": {f"name_{number}": number for number in range(5001)}}
    },
    "5002 captured values, at most 5000": {
        "captured_data": {f"test_{number}": {"a": 1} for number in range(5002)}
    },
    "bytes of tokens, variables and captured values, at most 10485760": {
        "shared_variables": {"big": "x" * (10 * 1024 * 1024)}
    },
}


@pytest.mark.parametrize("complaint", LIMITS)
async def test_a_context_has_limits(complaint: str, run: ClaimedRun) -> None:
    with pytest.raises(RefusedError) as refusal:
        await run.record(context=LIMITS[complaint])
    assert (refusal.value.status, refusal.value.code) == (422, "PT422")
    assert refusal.value.hint == "context_limit_exceeded"
    assert complaint in str(refusal.value.detail)


async def test_what_compresses_well_counts_in_full(run: ClaimedRun) -> None:
    half = "x" * (6 * 1024 * 1024)
    await run.record(context={"shared_variables": {"first": half}})
    with pytest.raises(RefusedError) as refusal:
        await run.record(context={"shared_auth_tokens": {"second": half}})
    assert refusal.value.hint == "context_limit_exceeded"


async def test_a_full_context_takes_up_to_its_limits(run: ClaimedRun) -> None:
    await run.record(
        context={
            "shared_variables": {f"name_{number}": number for number in range(1000)},
            "captured_data": {
                f"test_{test}": {f"name_{number}": number for number in range(50)}
                for test in range(100)
            },
        }
    )
    for delta in ({"shared_variables": {"more": 1}}, {"captured_data": {"more": {"a": 1}}}):
        with pytest.raises(RefusedError):
            await run.record(context=delta)
    await run.record(context={"shared_variables": {"name_7": "replaced"}})


async def test_a_context_expires_a_day_after_the_run(run: ClaimedRun) -> None:
    before = await run.service.select("test_execution_context", run_id=run.run_id)
    finished = await run.finish()
    after = await run.service.select("test_execution_context", run_id=run.run_id)
    assert before[0]["expires_at"] is None
    assert after[0]["expires_at"][11:19] == finished["completed_at"][11:19]
    assert after[0]["expires_at"][:10] > finished["completed_at"][:10]
