"""What a project announces: the news of all its runs, with numbers of its own."""

import asyncio
from typing import Any

from tests.database.callers import Caller, Json
from tests.database.conftest import ClaimRun
from tests.database.waiting import wait_until_blocked
from tests.database.workspaces import ClaimedRun, Workspace, build_result, build_running
from tests.fixtures.database import Connect

CLAIM = (
    "select public.get_run_plan(jsonb_build_object('run_id', %s::text, 'worker_id', 'worker-1'))"
)


async def list_events(caller: Caller, workspace: Workspace, **request: Any) -> list[Json]:
    answer = await caller.call("get_project_events", project_id=workspace.project_id, **request)
    return answer["events"]


async def read_snapshot(workspace: Workspace, **request: Any) -> Json:
    return await workspace.owner.call(
        "get_project_snapshot", project_id=workspace.project_id, **request
    )


async def test_the_news_of_a_run(workspace: Workspace, claim_run: ClaimRun) -> None:
    login, cart = await workspace.create_case("login"), await workspace.create_case("cart")
    run = await claim_run()
    await run.record(running=[build_running(login)])
    await run.record([build_result(login), build_result(cart, "failed", error_message="no cart")])
    await run.finish()
    events = await list_events(workspace.owner, workspace)
    assert [event["type"] for event in events] == [
        "run_started",
        "test_failed",
        "run_progress",
        "run_completed",
    ]
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    for event in events:
        assert event["version"] == 1
        assert (event["run_id"], event["project_id"]) == (run.run_id, workspace.project_id)
    originals = {event["seq"]: event for event in await run.list_events()}
    assert [event["data"] for event in events] == [
        originals[event["run_seq"]]["data"] for event in events
    ]
    assert events[0]["data"]["environment_id"] == workspace.environment_id
    assert events[1]["data"]["error_message"] == "no cart"


async def test_one_message_tells_a_batch(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    cases = await workspace.create_cases(3)
    run = await claim_run()
    await run.record([build_result(case, "failed") for case in cases])
    connection = await database()
    cursor = await connection.execute(
        "select event, payload, private from realtime.messages where topic = %s"
        " order by payload -> 'first_seq'",
        [f"project:{workspace.project_id}"],
    )
    messages = await cursor.fetchall()
    payloads = [message["payload"] for message in messages]
    assert all((message["event"], message["private"]) == ("events", True) for message in messages)
    assert [(payload["first_seq"], payload["last_seq"]) for payload in payloads] == [(1, 1), (2, 5)]
    assert [event for payload in payloads for event in payload["events"]] == await list_events(
        workspace.owner, workspace
    )


async def test_a_project_without_runs_is_at_the_beginning(workspace: Workspace) -> None:
    snapshot = await read_snapshot(workspace)
    assert (snapshot["seq"], snapshot["runs"]) == (0, [])
    assert snapshot["project"]["name"] == "Shop"
    assert await list_events(workspace.owner, workspace) == []


async def test_the_snapshot_tells_unfinished_runs_first(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    login = await workspace.create_case("login")
    first, second, third = await claim_run(), await claim_run(), await claim_run()
    pending = await workspace.start_run()
    for run in (second, third):
        await run.record([build_result(login)])
        await run.finish()
    snapshot = await read_snapshot(workspace)
    order = [pending["id"], first.run_id, third.run_id, second.run_id]
    assert [run["id"] for run in snapshot["runs"]] == order
    newest = snapshot["runs"][2]
    assert (newest["status"], newest["percent"], newest["remaining_ms"]) == ("completed", 100, 0)
    assert (newest["counts"]["passed"], newest["event_seq"]) == (1, 5)
    events = await list_events(workspace.owner, workspace)
    assert snapshot["seq"] == len(events)
    recent = await read_snapshot(workspace, recent=1)
    assert [run["id"] for run in recent["runs"]] == order[:3]


async def test_concurrent_runs_leave_no_gap(workspace: Workspace, claim_run: ClaimRun) -> None:
    cases = await workspace.create_cases(6)
    runs = [await claim_run() for _ in range(4)]

    async def execute(run: ClaimedRun) -> None:
        for case in cases:
            await run.record([build_result(case)])
        await run.finish()

    await asyncio.gather(*(execute(run) for run in runs))
    events = await list_events(workspace.owner, workspace)
    assert [event["seq"] for event in events] == list(range(1, 4 * 8 + 1))
    for run in runs:
        seqs = [event["run_seq"] for event in events if event["run_id"] == run.run_id]
        assert seqs == sorted(seqs)
        assert len(seqs) == 8


async def test_runs_of_a_project_do_not_wait_for_each_other(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    login = await workspace.create_case("login")
    run, other = await claim_run(), await workspace.start_run()
    claiming = await database()
    async with claiming.transaction():
        await claiming.execute(CLAIM, [other["id"]])
        await run.record([build_result(login)])
    events = await list_events(workspace.owner, workspace)
    assert [event["run_id"] for event in events] == [run.run_id, run.run_id, other["id"]]


async def test_a_reader_never_sees_a_number_before_its_predecessor(
    workspace: Workspace, database: Connect
) -> None:
    await workspace.create_case("login")
    runs = [await workspace.start_run() for _ in range(2)]
    first, second = await database(), await database()
    async with first.transaction():
        await first.execute(CLAIM, [runs[0]["id"]])
        await first.execute("set constraints all immediate")
        late = asyncio.create_task(second.execute(CLAIM, [runs[1]["id"]]))
        await wait_until_blocked(database, second)
        assert await list_events(workspace.owner, workspace) == []
    await late
    events = await list_events(workspace.owner, workspace)
    assert [(event["seq"], event["run_id"]) for event in events] == [
        (1, runs[0]["id"]),
        (2, runs[1]["id"]),
    ]


async def test_a_project_goes_with_its_events(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    await workspace.create_case("login")
    run = await claim_run()
    connection = await database()
    async with connection.transaction():
        await connection.execute(
            'select private.publish_run_events(%s, \'[{"type": "run_progress"}]\')', [run.run_id]
        )
        await connection.execute("set local atp.with_results = true")
        await connection.execute(
            "delete from public.projects where id = %s", [workspace.project_id]
        )
    cursor = await connection.execute(
        "select from public.project_streams where project_id = %s", [workspace.project_id]
    )
    assert cursor.rowcount == 0


async def test_events_are_read_page_by_page(workspace: Workspace, claim_run: ClaimRun) -> None:
    cases = await workspace.create_cases(5)
    run = await claim_run()
    await run.record([build_result(case, "failed") for case in cases])
    seqs = list[int]()
    while page := await list_events(
        workspace.owner, workspace, after_seq=seqs[-1] if seqs else 0, limit=3
    ):
        assert len(page) <= 3
        seqs += [event["seq"] for event in page]
    assert seqs == list(range(1, 8))
