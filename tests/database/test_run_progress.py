"""How far a run is and how long it will still take, as its events tell it."""

import pytest

from tests.database.callers import Json
from tests.database.conftest import ClaimRun
from tests.database.workspaces import ClaimedRun, Workspace, build_result, build_running
from tests.fixtures.database import Connect

SET_DURATION = "update public.test_runs set total_duration_ms = %s where id = %s"


async def list_progress(run: ClaimedRun) -> list[Json]:
    return [event["data"] for event in await run.list_events() if event["type"] == "run_progress"]


@pytest.fixture
async def cases(workspace: Workspace) -> list[Json]:
    return await workspace.create_cases(4)


async def test_progress_counts(cases: list[Json], claim_run: ClaimRun) -> None:
    run = await claim_run()
    await run.record([build_result(cases[0])], [build_running(case) for case in cases[1:3]])
    await run.record([build_result(cases[1], "failed"), build_result(cases[2], "skipped")])
    first, second = await list_progress(run)
    assert first["counts"] == {"total": 4, "passed": 1, "failed": 0, "skipped": 0, "error": 0}
    assert (first["status"], first["running"], first["percent"]) == ("running", 2, 25)
    assert second["counts"] == {"total": 4, "passed": 1, "failed": 1, "skipped": 1, "error": 0}
    assert (second["running"], second["percent"]) == (0, 75)


async def test_only_ends_make_progress(cases: list[Json], claim_run: ClaimRun) -> None:
    run = await claim_run()
    await run.record(running=[build_running(cases[0])])
    await run.record(context={"shared_variables": {"user": 7}})
    assert await list_progress(run) == []


async def test_iterations_do_not_exceed_the_whole(cases: list[Json], claim_run: ClaimRun) -> None:
    run = await claim_run()
    await run.record([build_result(cases[0], iteration=number) for number in range(9)])
    assert (await list_progress(run))[0]["percent"] == 100


async def test_without_history_the_run_itself_is_the_measure(
    cases: list[Json], claim_run: ClaimRun
) -> None:
    run = await claim_run()
    started = (await run.list_events())[0]["data"]
    assert (started["percent"], started["remaining_ms"]) == (0, None)
    await run.record([build_result(cases[0])])
    assert (await list_progress(run))[0]["remaining_ms"] > 0


async def test_earlier_runs_tell_how_long_it_takes(
    cases: list[Json], claim_run: ClaimRun, database: Connect
) -> None:
    connection = await database()
    for duration_ms in (40_000, 4_000_000, 44_000):
        earlier = await claim_run()
        await earlier.record([build_result(case) for case in cases])
        await earlier.finish()
        await connection.execute(SET_DURATION, [duration_ms, earlier.run_id])
    run = await claim_run()
    # The median of the three: eleven seconds for each of four tests.
    assert 44_000 <= (await run.list_events())[0]["data"]["remaining_ms"] < 4_000_000
    await run.record([build_result(cases[0])])
    remaining_ms = (await list_progress(run))[0]["remaining_ms"]
    assert 30_000 <= remaining_ms < 44_000


async def test_other_suites_and_environments_are_no_measure(
    cases: list[Json], workspace: Workspace, claim_run: ClaimRun
) -> None:
    earlier = await claim_run(suite_id=workspace.suite_id)
    await earlier.record([build_result(case) for case in cases])
    await earlier.finish()
    run = await claim_run()
    assert (await run.list_events())[0]["data"]["remaining_ms"] is None


async def test_the_snapshot_tells_progress(
    cases: list[Json], workspace: Workspace, claim_run: ClaimRun
) -> None:
    run = await claim_run()
    await run.record([build_result(cases[0])])
    snapshot = await workspace.owner.call("get_test_run_snapshot", run_id=run.run_id)
    progress = snapshot["progress"]
    assert (snapshot["version"], snapshot["seq"]) == (1, 4)
    assert (progress["percent"], progress["counts"]["passed"]) == (25, 1)
    await run.finish()
    ended = await workspace.owner.call("get_test_run_snapshot", run_id=run.run_id)
    assert (ended["progress"]["percent"], ended["progress"]["remaining_ms"]) == (100, 0)
