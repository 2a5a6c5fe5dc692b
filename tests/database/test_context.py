"""The execution context: merged key by key, safe under concurrent writers, limited."""

import asyncio

import pytest

from tests.database.callers import RefusedError
from tests.database.conftest import ClaimRun
from tests.database.workspaces import ClaimedRun, Workspace


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


@pytest.mark.parametrize(
    "delta",
    [
        {"shared_variables": {f"name_{number}": number for number in range(1001)}},
        {"captured_data": {"login": {f"name_{number}": number for number in range(5001)}}},
        {"captured_data": {f"test_{number}": {"a": 1} for number in range(5001)}},
        {"shared_variables": {"big": "x" * (10 * 1024 * 1024)}},
    ],
    ids=["variables", "captured in one test", "captured in many tests", "bytes"],
)
async def test_a_context_has_limits(delta: dict[str, object], run: ClaimedRun) -> None:
    with pytest.raises(RefusedError) as refusal:
        await run.record(context=delta)
    assert (refusal.value.status, refusal.value.hint) == (422, "context_limit_exceeded")


async def test_a_context_expires_a_day_after_the_run(run: ClaimedRun, workspace: Workspace) -> None:
    before = await workspace.owner.select("test_execution_context", run_id=run.run_id)
    finished = await run.finish()
    after = await workspace.owner.select("test_execution_context", run_id=run.run_id)
    assert before[0]["expires_at"] is None
    assert after[0]["expires_at"][11:19] == finished["completed_at"][11:19]
    assert after[0]["expires_at"][:10] > finished["completed_at"][:10]
