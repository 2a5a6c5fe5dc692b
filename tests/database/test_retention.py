"""Retention: exactly what is due goes, in bounded batches, and the report tells what went."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.database.aged import Past
from tests.database.callers import Caller, Json, RefusedError
from tests.database.conftest import CreateCaller
from tests.database.workspaces import Workspace, create_workspace
from tests.fixtures.database import Connect

LEAVES = "select to_regclass('partitions.' || %s) is not null as is_there"


@pytest.fixture
async def past(workspace: Workspace, service: Caller, database: Connect) -> Past:
    case = await workspace.create_case("login")
    return Past(workspace, service, await database(), case["id"])


def total(reports: list[Json], kind: str) -> int:
    return sum(report.get(kind, 0) for report in reports)


@pytest.mark.parametrize(
    ("status", "days", "kind"),
    [
        ("passed", 90, "passed_results"),
        ("skipped", 90, "passed_results"),
        ("failed", 180, "failed_results"),
        ("error", 180, "failed_results"),
    ],
)
async def test_results_go_the_day_after_their_last(
    past: Past, status: str, days: int, kind: str
) -> None:
    await past.add_results(days, status, 2)
    await past.add_results(days + 1, status, 3)
    reports = await past.maintain()
    assert total(reports, kind) == 3
    for what in ("results", "details", "assertions"):
        assert await past.count(what) == 2
    assert await past.count("history") == 5


async def test_history_goes_after_a_year_and_outlives_results(past: Past) -> None:
    await past.add_results(365)
    await past.add_results(366)
    reports = await past.maintain()
    assert total(reports, "history") == 1
    assert (await past.count("results"), await past.count("history")) == (0, 1)


async def test_batches_are_bounded_and_a_second_day_finds_nothing(past: Past) -> None:
    await past.add_results(100, count=25)
    reports = await past.maintain(batch_size=10)
    assert [report["passed_results"] for report in reports if "passed_results" in report][-4:] == [
        10,
        10,
        5,
        0,
    ]
    again = await past.maintain()
    assert len(again) == 1
    assert {again[0][kind] for kind in ("passed_results", "history", "contexts")} == {0}


async def test_each_organization_has_its_own_policy(
    past: Past, sign_in: CreateCaller, service: Caller, database: Connect
) -> None:
    other_workspace = await create_workspace(await sign_in())
    case = await other_workspace.create_case("login")
    other = Past(other_workspace, service, await database(), case["id"])
    await other.change_policy(passed_result_days=10)
    for each in (past, other):
        await each.add_results(20)
    await past.maintain()
    assert (await past.count("results"), await other.count("results")) == (1, 0)


async def test_what_has_to_be_archived_waits_for_it(past: Past) -> None:
    await past.change_policy(archive_required=True)
    for days_ago in (400, 390):
        await past.add_results(days_ago)
    await past.maintain()
    assert (await past.count("results"), await past.count("history")) == (2, 2)
    archived_until = datetime.now(UTC).date() - timedelta(days=395)
    await past.change_policy(archived_until=archived_until.isoformat())
    await past.maintain()
    assert (await past.count("results"), await past.count("history")) == (1, 1)


async def test_the_events_of_ended_runs_go(past: Past) -> None:
    finished = [await past.add_run(days_ago) for days_ago in (90, 91)]
    running = await past.add_run(91, is_finished=False)
    for run_id in (*finished, running):
        await past.add_events(run_id)
    reports = await past.maintain()
    assert total(reports, "event_messages") == 1
    assert await past.count("events") == 2


async def test_the_oldest_events_of_a_project_go(past: Past) -> None:
    await past.add_project_events()
    reports = await past.maintain(batch_size=4)
    assert total(reports, "project_event_messages") == 20 - await past.count("project events")
    rows = await past.workspace.owner.select("project_events", "last_seq")
    # Events of the ninetieth day stay for its whole length.
    assert min(row["last_seq"] for row in rows) in {10, 11}
    assert max(row["last_seq"] for row in rows) == 20


async def test_contexts_go_a_day_after_the_end(past: Past) -> None:
    ended, running = await past.add_run(0), await past.add_run(0, is_finished=False)
    expire = "update public.test_execution_context set expires_at = %s where run_id = %s"
    now = datetime.now(UTC)
    await past.connection.execute(expire, [now + timedelta(minutes=5), ended])
    await past.maintain()
    assert await past.count("contexts") == 2
    await past.connection.execute(expire, [now - timedelta(seconds=1), ended])
    assert total(await past.maintain(), "contexts") == 1
    request = {"run_id": str(ended)}
    assert await past.service.call("get_test_run_context", **request) is None
    assert await past.service.call("get_test_run_context", run_id=str(running)) is not None


async def test_the_hours_of_a_context_are_a_matter_of_policy(past: Past) -> None:
    await past.change_policy(context_hours=2)
    run = await past.workspace.start_run()
    await past.workspace.owner.call("cancel_test_run", run_id=run["id"])
    context = (await past.service.select("test_execution_context", run_id=run["id"]))[0]
    lifetime = datetime.fromisoformat(context["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=55) < lifetime <= timedelta(hours=2)


async def test_old_metrics_are_merged_by_month(past: Past) -> None:
    today = datetime.now(UTC).date()
    limit = (today - timedelta(days=730)).replace(day=1)
    month = (limit - timedelta(days=1)).replace(day=1)
    await past.add_metric(month.isoformat(), 1, 100.0, 90, 110)
    await past.add_metric((month + timedelta(days=9)).isoformat(), 3, 200.0, 50, 400)
    await past.add_metric(limit.isoformat(), 1, 7.0, 7, 7)
    assert total(await past.maintain(), "daily_metrics") == 2
    rows = await list_metrics(past)
    assert [(row["period"], row["date"]) for row in rows] == [
        ("month", month.isoformat()),
        ("day", limit.isoformat()),
    ]
    merged = rows[0]
    assert (merged["total_runs"], merged["average_response_time_ms"]) == (4, 175.0)
    assert (merged["min_response_time_ms"], merged["max_response_time_ms"]) == (50, 400)
    assert (merged["success_rate"], merged["p95_response_time_ms"]) == (100, None)
    assert total(await past.maintain(), "daily_metrics") == 0


async def list_metrics(past: Past) -> list[Json]:
    rows = await past.workspace.owner.select("performance_metrics", test_case_id=past.test_case_id)
    return sorted(rows, key=lambda row: row["date"])


async def test_a_month_that_is_due_for_everybody_is_dropped(past: Past) -> None:
    # Far behind the longest policy that a test may set.
    month = date(2001, 5, 1)
    days_ago = (datetime.now(UTC).date() - month).days - 3
    await past.add_results(days_ago, count=5)
    leaves = {f"{parent}_2001_05" for parent in ("test_results", "test_run_history")}
    assert [await is_there(past, leaf) for leaf in leaves] == [True, True]
    reports = await past.maintain()
    dropped = {leaf for report in reports for leaf in report["partitions_dropped"]}
    assert leaves | {"test_result_details_2001_05", "assertion_results_2001_05"} <= dropped
    assert not any([await is_there(past, leaf) for leaf in leaves])
    assert (await past.count("results"), await past.count("history")) == (0, 0)


async def test_an_emptied_month_is_dropped_although_somebody_archives_late(past: Past) -> None:
    await past.change_policy(archive_required=True)
    await past.connection.execute("select private.ensure_partitions('2002-02-01', '2002-02-02')")
    await past.maintain()
    assert not await is_there(past, "test_results_2002_02")
    await past.change_policy(archive_required=False)


async def is_there(past: Past, leaf: str) -> bool:
    row = await (await past.connection.execute(LEAVES, [leaf])).fetchone()
    assert row is not None
    return row["is_there"]


async def test_a_table_in_use_puts_the_drop_off(past: Past, database: Connect) -> None:
    days_ago = (datetime.now(UTC).date() - date(2001, 8, 1)).days - 3
    await past.add_results(days_ago)
    reader = await database()
    async with reader.transaction():
        await reader.execute("select 1 from public.test_results limit 1")
        report = await past.service.call("maintain_database")
        assert "test_results_2001_08" in report["partitions_postponed"]
    await past.maintain()
    assert not await is_there(past, "test_results_2001_08")


async def test_partitions_are_kept_two_months_ahead(past: Past) -> None:
    in_two_months = datetime.now(UTC).date() + timedelta(days=62)
    await past.maintain()
    for day in (datetime.now(UTC).date(), in_two_months):
        assert await is_there(past, f"test_results_{day:%Y_%m}")


async def test_one_maintenance_at_a_time(past: Past, database: Connect) -> None:
    connection = await database()
    async with connection.transaction():
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('maintain_database', 0))"
        )
        report = await past.service.call("maintain_database")
    assert report == {"is_done": True, "is_busy": True}


async def test_admins_change_the_policy_and_the_log_knows(
    workspace: Workspace, sign_in: CreateCaller
) -> None:
    admin, editor = await sign_in(), await sign_in()
    await workspace.add_member(admin, "admin")
    await workspace.add_member(editor, "editor")
    where: dict[str, Any] = {"organization_id": workspace.organization_id}
    assert await editor.update("retention_policies", {"history_days": 30}, **where) == []
    changed = await admin.update("retention_policies", {"history_days": 30}, **where)
    assert changed[0]["history_days"] == 30
    entries = await admin.select("audit_log", entity_type="retention_policies", action="update")
    assert [(entry["old_value"], entry["new_value"]) for entry in entries] == [
        ({"history_days": 365}, {"history_days": 30})
    ]
    assert entries[0]["entity_id"] == workspace.organization_id
    for refused in ({"archived_until": "2026-01-01"}, {"passed_result_days": 0}):
        with pytest.raises(RefusedError):
            await admin.update("retention_policies", refused, **where)
