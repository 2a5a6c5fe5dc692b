"""Who may work on a run: one worker at a time, until it hands the run back or falls silent."""

from datetime import timedelta

import pytest

from tests.database.callers import Caller, Json
from tests.database.conftest import ClaimRun
from tests.database.workspaces import Workspace, build_result
from tests.fixtures.database import Connect

STALE_AFTER_SECONDS = 600


async def claim(service: Caller, run_id: str, worker_id: str) -> Json:
    """Ask for a run the way a worker does; return the run of the answer."""
    plan = await service.call(
        "get_run_plan", run_id=run_id, worker_id=worker_id, stale_after_seconds=STALE_AFTER_SECONDS
    )
    return plan["run"]


async def silence(database: Connect, run_id: str) -> None:
    """Let the last heartbeat of a run be long ago."""
    connection = await database()
    await connection.execute(
        "update public.test_runs set heartbeat_at = heartbeat_at - %s where id = %s",
        [timedelta(seconds=STALE_AFTER_SECONDS), run_id],
    )


async def test_a_living_worker_keeps_its_run(
    workspace: Workspace, claim_run: ClaimRun, service: Caller, database: Connect
) -> None:
    login = await workspace.create_case("login")
    run = await claim_run("first")
    assert (await claim(service, run.run_id, "second"))["claimed"] is False
    # It asks again when the answer to its first claim was lost.
    assert (await claim(service, run.run_id, "first"))["claimed"] is True

    await silence(database, run.run_id)
    await run.record([build_result(login)])
    assert (await claim(service, run.run_id, "second"))["claimed"] is False

    await silence(database, run.run_id)
    assert (await claim(service, run.run_id, "second"))["claimed"] is True
    assert (await claim(service, run.run_id, "first"))["claimed"] is False


@pytest.mark.parametrize(("worker_id", "is_released"), [("first", True), ("second", False)])
async def test_only_its_worker_hands_a_run_back(
    workspace: Workspace, claim_run: ClaimRun, service: Caller, worker_id: str, is_released: bool
) -> None:
    await workspace.create_case("login")
    run = await claim_run("first")
    answer = await service.call("release_test_run", run_id=run.run_id, worker_id=worker_id)
    assert answer == {"released": is_released}
    assert (await claim(service, run.run_id, "third"))["claimed"] is is_released


async def test_a_finished_run_is_not_handed_back(
    workspace: Workspace, claim_run: ClaimRun, service: Caller
) -> None:
    await workspace.create_case("login")
    run = await claim_run("first")
    await run.finish()
    answer = await service.call("release_test_run", run_id=run.run_id, worker_id="first")
    assert answer == {"released": False}
    assert (await claim(service, run.run_id, "first"))["claimed"] is False
