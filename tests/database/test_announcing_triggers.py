"""The triggers that announce: once per statement, as definers, one message for each run."""

import json

from tests.database.callers import Json
from tests.database.conftest import ClaimRun
from tests.database.workspaces import Workspace, build_running
from tests.fixtures.database import Connect

ANNOUNCING = ("test_runs_announce", "test_results_announce", "test_execution_context_announce")
LIST_TRIGGERS = """
    select tgname as name, tgtype & 1 = 0 as per_statement, prosecdef as definer
    from pg_trigger join pg_proc on pg_proc.oid = tgfoid
    where tgname like '%\\_announce' and tgparentid = 0
"""
INSERT_INTO_RUNS = """
    insert into public.test_results (organization_id, run_id, run_date, test_case_id, iteration, status)
    select organization_id, id, run_date, planned_test_ids[1], iteration, 'passed'
    from public.test_runs
    cross join generate_series(0, 4) as iteration
    where id = any (%s::uuid[])
"""
UPDATE_RUNS = """
    update public.test_runs set running_tests = %s::jsonb where id = any (%s::uuid[])
"""


async def list_messages(database: Connect, run_id: str) -> list[Json]:
    connection = await database()
    cursor = await connection.execute(
        "select payload from realtime.messages where topic = %s order by payload -> 'first_seq'",
        [f"run:{run_id}"],
    )
    return [row["payload"] for row in await cursor.fetchall()]


async def test_they_run_once_per_statement_as_definers(database: Connect) -> None:
    connection = await database()
    triggers = await (await connection.execute(LIST_TRIGGERS)).fetchall()
    assert {trigger["name"] for trigger in triggers} == set(ANNOUNCING)
    assert all(trigger["per_statement"] and trigger["definer"] for trigger in triggers)


async def test_a_statement_makes_one_message_for_each_run(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    await workspace.create_case("login")
    runs = [(await claim_run()).run_id, (await claim_run()).run_id]
    connection = await database()
    await connection.execute(INSERT_INTO_RUNS, [runs])
    for run_id in runs:
        started, ended = await list_messages(database, run_id)
        assert (started["first_seq"], started["last_seq"]) == (1, 1)
        assert (ended["first_seq"], ended["last_seq"]) == (2, 12)
        assert [event["seq"] for event in ended["events"]] == list(range(2, 13))
        assert {event["run_id"] for event in ended["events"]} == {run_id}
        assert ended["counts"]["passed"] == 5


async def test_a_statement_without_news_makes_no_message(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    await workspace.create_case("login")
    run = await claim_run()
    connection = await database()
    await connection.execute(
        "update public.test_runs set heartbeat_at = now() where id = %s", [run.run_id]
    )
    await connection.execute(INSERT_INTO_RUNS, [[]])
    assert len(await list_messages(database, run.run_id)) == 1


async def test_whoever_writes_the_message_goes_out(
    workspace: Workspace, claim_run: ClaimRun, database: Connect
) -> None:
    login = await workspace.create_case("login")
    run = await claim_run()
    connection = await database()
    async with connection.transaction():
        await connection.execute("set local role service_role")
        running = json.dumps([build_running(login)])
        await connection.execute(UPDATE_RUNS, [running, [run.run_id]])
    events = (await list_messages(database, run.run_id))[1]["events"]
    assert [(event["type"], event["data"]["key"]) for event in events] == [
        ("test_started", "login")
    ]
