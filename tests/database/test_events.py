"""What the database announces: every event once, numbered without gaps, in the order of commits."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

from tests.database.callers import Json
from tests.database.conftest import ClaimRun
from tests.database.waiting import wait_until_blocked
from tests.database.workspaces import (
    BEGIN,
    ClaimedRun,
    Workspace,
    build_result,
    build_running,
)
from tests.fixtures.database import Connect

INSERT_RESULTS = """
    insert into public.test_results (organization_id, run_id, run_date, test_case_id, iteration, status)
    select organization_id, id, run_date, planned_test_ids[1], iteration, 'passed'
    from public.test_runs
    cross join generate_series(%s::integer, %s::integer) as iteration
    where id = %s
"""


async def list_messages(database: Connect, topic: str) -> list[Json]:
    connection = await database()
    cursor = await connection.execute(
        "select event, payload, private from realtime.messages where topic = %s"
        " order by inserted_at, payload ->> 'first_seq'",
        [topic],
    )
    return await cursor.fetchall()


def summarize(events: list[Json]) -> list[tuple[str, str | None]]:
    return [(event["type"], event["data"].get("key")) for event in events]


async def test_the_events_of_a_run(workspace: Workspace, claim_run: ClaimRun) -> None:
    login = await workspace.create_case("login")
    cart = await workspace.create_case("cart", "login")
    receipt = await workspace.create_case("receipt", "cart")
    run = await claim_run()
    await run.record(
        [build_result(login, ended=5, captured=["token"])],
        [build_running(cart, started=6)],
        {"shared_auth_tokens": {"access": "secret value"}, "captured_data": {"login": {"id": 1}}},
    )
    await run.record(
        [
            build_result(cart, "error", started=6, ended=9, category="timeout"),
            build_result(receipt, "skipped", ended=9, reason="required_test_failed: cart"),
        ]
    )
    await run.finish()
    events = await run.list_events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert {(event["run_id"], event["version"]) for event in events} == {(run.run_id, 1)}
    assert summarize(events) == [
        ("run_started", None),
        ("test_started", "login"),
        ("test_completed", "login"),
        ("test_started", "cart"),
        ("context_updated", None),
        ("run_progress", None),
        ("test_failed", "cart"),
        ("test_skipped", "receipt"),
        ("run_progress", None),
        ("run_completed", None),
    ]
    assert datetime.fromisoformat(events[2]["occurred_at"]) == BEGIN + timedelta(milliseconds=5)
    assert events[2]["data"] == {
        "test_case_id": login["id"],
        "key": "login",
        "name": "Login",
        "iteration": 0,
        "iteration_name": None,
        "status": "passed",
        "duration_ms": 5,
        "attempt_number": 1,
        "captured": ["token"],
        "reason": None,
        "category": None,
        "error_message": None,
    }
    assert events[4]["data"] == {
        "shared_auth_tokens": ["access"],
        "shared_variables": [],
        "captured_data": ["login"],
    }
    assert "secret value" not in json.dumps(events)
    assert events[-1]["data"]["status"] == "failed"


async def test_one_message_tells_a_batch(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    login, cart = await workspace.create_case("login"), await workspace.create_case("cart")
    run = await claim_run()
    await run.record(
        [build_result(login)], [build_running(cart)], {"shared_variables": {"user": 7}}
    )
    messages = await list_messages(database, f"run:{run.run_id}")
    assert [message["event"] for message in messages] == ["events", "events"]
    assert all(message["private"] for message in messages)
    payload = messages[1]["payload"]
    assert (payload["version"], payload["first_seq"], payload["last_seq"]) == (1, 2, 6)
    assert payload["events"] == (await run.list_events())[1:]
    assert payload["counts"] == {"total": 2, "passed": 1, "failed": 0, "skipped": 0, "error": 0}


async def test_a_repeated_batch_announces_nothing_twice(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    login, cart = await workspace.create_case("login"), await workspace.create_case("cart")
    run = await claim_run()
    batch = ([build_result(login)], [build_running(cart)], {"shared_variables": {"user": 7}})
    await run.record(*batch)
    before = await list_messages(database, f"run:{run.run_id}")
    await run.record(*batch)
    assert await list_messages(database, f"run:{run.run_id}") == before


async def test_a_start_is_announced_once_across_batches_attempts_and_workers(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    login, cart = await workspace.create_case("login"), await workspace.create_case("cart")
    run = await claim_run()
    await run.record(running=[build_running(login)])
    await run.record([build_result(login, "failed", is_final=False)], [build_running(login, 3)])
    # The second worker begins with another test, and starts the first one again later.
    successor = ClaimedRun(run.service, run.run_id, "worker-2")
    await successor.get_plan()
    await successor.record(running=[build_running(cart, 4)])
    await successor.record(running=[build_running(login, 5), build_running(cart, 4)])
    await successor.record([build_result(login, ended=7), build_result(cart, ended=8)])
    # A report that comes late does not bring an ended test back.
    await successor.record(running=[build_running(login, 5)])
    assert summarize(await run.list_events()) == [
        ("run_started", None),
        ("test_started", "login"),
        ("test_started", "cart"),
        ("test_completed", "login"),
        ("test_completed", "cart"),
        ("run_progress", None),
    ]


async def test_iterations_are_announced_each(workspace: Workspace, claim_run: ClaimRun) -> None:
    login = await workspace.create_case("login")
    run = await claim_run()
    await run.record(running=[build_running(login, iteration=0), build_running(login, iteration=1)])
    await run.record([build_result(login, iteration=1), build_result(login, iteration=2)])
    events = await run.list_events()
    told = [(event["type"], event["data"].get("iteration")) for event in events[1:-1]]
    assert sorted(told) == [
        ("test_completed", 1),
        ("test_completed", 2),
        ("test_started", 0),
        ("test_started", 1),
        ("test_started", 2),
    ]


async def test_concurrent_writers_leave_no_gap(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    await workspace.create_case("login")
    run = await claim_run()

    async def write(writer: int) -> None:
        connection = await database()
        for round_ in range(10):
            first = (writer * 10 + round_) * 3
            await connection.execute(INSERT_RESULTS, [first, first + 2, run.run_id])

    await asyncio.gather(*(write(writer) for writer in range(4)))
    events = await run.list_events()
    assert [event["seq"] for event in events] == list(range(1, 282))
    ends = [event["data"]["iteration"] for event in events if event["type"] == "test_completed"]
    assert sorted(ends) == list(range(120))
    snapshot = await workspace.owner.call("get_test_run_snapshot", run_id=run.run_id)
    assert snapshot["seq"] == 281
    assert snapshot["run"]["counts"]["passed"] == 120


async def test_a_reader_never_sees_a_number_before_its_predecessor(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    await workspace.create_case("login")
    run = await claim_run()
    first, second = await database(), await database()
    async with first.transaction():
        await first.execute(INSERT_RESULTS, [0, 0, run.run_id])
        late = asyncio.create_task(second.execute(INSERT_RESULTS, [1, 1, run.run_id]))
        await wait_until_blocked(database, second)
        assert len(await run.list_events()) == 1
    await late
    ends = [event for event in await run.list_events() if event["type"] == "test_completed"]
    assert [event["data"]["iteration"] for event in ends] == [0, 1]


async def test_a_rolled_back_write_announces_nothing(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    await workspace.create_case("login")
    run = await claim_run()
    connection = await database()
    async with connection.transaction(force_rollback=True):
        await connection.execute(INSERT_RESULTS, [0, 9, run.run_id])
    assert len(await run.list_events()) == 1
    assert len(await list_messages(database, f"run:{run.run_id}")) == 1


async def test_no_message_grows_too_big(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    case = await workspace.create_case("many")
    run = await claim_run()
    message = "x" * 5000
    results = [
        build_result(case, "failed", ended=number, iteration=number, error_message=message)
        for number in range(600)
    ]
    await run.record(results)
    payloads = [row["payload"] for row in await list_messages(database, f"run:{run.run_id}")]
    payloads.sort(key=lambda payload: payload["first_seq"])
    assert len(payloads) > 3
    assert max(len(json.dumps(payload)) for payload in payloads) < 200_000
    numbers = [event["seq"] for payload in payloads for event in payload["events"]]
    assert numbers == list(range(1, 1203))


async def test_events_are_read_page_by_page(workspace: Workspace, claim_run: ClaimRun) -> None:
    cases = await workspace.create_cases(5)
    run = await claim_run()
    await run.record([build_result(case) for case in cases])
    pages = list[Any]()
    while page := await run.list_events(after_seq=sum(map(len, pages)), limit=4):
        pages.append(page)
    assert [len(page) for page in pages] == [4, 4, 4]
    assert [event["seq"] for page in pages for event in page] == list(range(1, 13))
