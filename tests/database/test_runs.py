"""The life of a run: start, plan, batches, finish, cancel, resume."""

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.database.callers import Caller, RefusedError
from tests.database.conftest import ClaimRun
from tests.database.workspaces import (
    BEGIN,
    ClaimedRun,
    Workspace,
    build_result,
    build_running,
)
from tests.fixtures.database import Connect

UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def test_a_run_from_start_to_finish(workspace: Workspace, claim_run: ClaimRun) -> None:
    login = await workspace.create_case("login")
    cart = await workspace.create_case("cart", "login")
    run = await claim_run(metadata={"commit": "abc"}, target_version="1.2")
    failed = build_result(
        cart, "failed", started=6, ended=9, category="assertion", error_message="503"
    )
    first = await run.record(
        [build_result(login, captured=["token"])],
        [build_running(cart, started=6)],
        {"shared_auth_tokens": {"access": "abc"}, "test_order": ["login"]},
    )
    second = await run.record([failed])
    finished = await run.finish()
    assert (first["recorded"], second["recorded"]) == (1, 1)
    assert first["status"] == "running"
    assert finished["status"] == "failed"
    assert finished["counts"] == {"total": 2, "passed": 1, "failed": 1, "skipped": 0, "error": 0}
    assert finished["metadata"] == {"commit": "abc"}
    assert finished["target_version"] == "1.2"
    assert finished["total_duration_ms"] >= 0

    snapshot = await workspace.owner.call("get_test_run_snapshot", run_id=run.run_id)
    assert snapshot["seq"] == finished["event_seq"] == len(await run.list_events())
    assert snapshot["running_tests"] == []
    assert [(result["key"], result["status"]) for result in snapshot["results"]] == [
        ("login", "passed"),
        ("cart", "failed"),
    ]
    assert snapshot["results"][0]["captured"] == ["token"]
    assert snapshot["results"][1]["error_message"] == "503"
    ended = datetime.fromisoformat(snapshot["results"][1]["completed_at"])
    assert ended == BEGIN + timedelta(milliseconds=9)


async def test_a_result_keeps_its_evidence(workspace: Workspace, claim_run: ClaimRun) -> None:
    login = await workspace.create_case("login")
    run = await claim_run()
    result = build_result(login)
    result["details"]["timing_phases"] = {"connect": 1.5}
    await run.record([result])
    rows = await workspace.owner.select(
        "test_results",
        "id,details:test_result_details(*),assertions:assertion_results(*),test_cases(key)",
        run_id=run.run_id,
    )
    assert rows[0]["id"] == result["id"]
    assert rows[0]["test_cases"] == {"key": "login"}
    assert rows[0]["details"]["response_body"] == '{"ok": true}'
    assert rows[0]["details"]["timing_phases"] == {"connect": 1.5}
    assert rows[0]["assertions"][0]["assertion_name"] == "status is 200"
    history = await workspace.owner.select("test_run_history", run_id=run.run_id)
    assert [(row["test_case_id"], row["status"]) for row in history] == [(login["id"], "passed")]


async def test_a_repeated_batch_changes_nothing(workspace: Workspace, claim_run: ClaimRun) -> None:
    login = await workspace.create_case("login")
    cart = await workspace.create_case("cart", "login")
    run = await claim_run()
    results = [build_result(login, captured=["token"])]
    running = [build_running(cart, started=6)]
    context = {"captured_data": {"login": {"token": "x"}}, "test_order": ["login"]}
    first = await run.record(results, running, context)
    before = await workspace.owner.call("get_test_run_snapshot", run_id=run.run_id)
    second = await run.record(results, running, context)
    after = await workspace.owner.call("get_test_run_snapshot", run_id=run.run_id)
    assert (first["recorded"], second["recorded"]) == (1, 0)
    assert first["event_seq"] == second["event_seq"]
    for snapshot in (before, after):
        del snapshot["run"]["heartbeat_at"], snapshot["run"]["updated_at"], snapshot["progress"]
    assert before == after
    assert len(await workspace.owner.select("assertion_results")) == 1
    assert len(await workspace.owner.select("test_run_history")) == 1


async def test_every_attempt_is_kept_and_one_counts(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    login = await workspace.create_case("login")
    run = await claim_run()
    attempts = [
        build_result(login, "failed", ended=1, is_final=False),
        build_result(login, "passed", started=2, ended=3, attempt_number=2),
    ]
    await run.record(attempts)
    finished = await run.finish()
    assert finished["counts"]["passed"] == 1
    assert finished["counts"]["failed"] == 0
    assert finished["status"] == "completed"
    rows = await workspace.owner.select("test_results", run_id=run.run_id)
    assert sorted(row["attempt_number"] for row in rows) == [1, 2]


async def test_a_test_ends_once_whoever_records_it(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    login = await workspace.create_case("login")
    run = await claim_run()
    await run.record([build_result(login, "passed")])
    answer = await run.record([build_result(login, "failed")])
    assert answer["recorded"] == 0
    assert (await run.finish())["counts"]["passed"] == 1


async def test_a_test_deleted_during_the_run_stops_no_batch(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    kept, deleted = await workspace.create_case("kept"), await workspace.create_case("deleted")
    run = await claim_run()
    await workspace.owner.delete("test_cases", id=deleted["id"])
    answer = await run.record([build_result(kept), build_result(deleted)])
    assert answer["recorded"] == 1


async def test_another_worker_takes_over_and_continues(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    login, cart = await workspace.create_case("login"), await workspace.create_case("cart")
    first = await claim_run()
    await first.record([build_result(login)], context={"shared_variables": {"user": 7}})
    second = ClaimedRun(first.service, first.run_id, "worker-2")
    plan = await second.get_plan()
    assert plan["run"]["claimed"] is True
    assert [result["test_case_id"] for result in plan["recorded"]] == [login["id"]]
    assert plan["context"]["shared_variables"] == {"user": 7}
    with pytest.raises(RefusedError) as refusal:
        await first.record([build_result(cart)])
    assert (refusal.value.status, refusal.value.hint) == (409, "run_claimed_by_another_worker")
    await second.record([build_result(cart)])
    assert (await second.finish())["counts"]["passed"] == 2


async def test_a_finished_run_takes_nothing_more(workspace: Workspace, claim_run: ClaimRun) -> None:
    login = await workspace.create_case("login")
    run = await claim_run()
    await run.record([build_result(login)])
    finished = await run.finish()
    assert await run.finish() == finished
    assert (await run.get_plan())["run"]["claimed"] is False
    with pytest.raises(RefusedError) as refusal:
        await run.record([build_result(login)])
    assert (refusal.value.status, refusal.value.hint) == (409, "run_already_finished")


async def test_the_plan_holds_everything_the_engine_needs(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    owner = workspace.owner
    await owner.insert(
        "environment_variables", environment_id=workspace.environment_id, key="USER", value="ada"
    )
    await owner.insert(
        "environment_variables",
        environment_id=workspace.environment_id,
        key="PASSWORD",
        is_secret=True,
    )
    await workspace.create_case("login")
    cart = await workspace.create_case(
        "cart",
        "login",
        request={"headers": {"X-A": "1"}, "body": [1], "auth_type": "bearer"},
        response={"expected_status_code": "2xx", "capture_vars": {"id": "$.id"}},
        timeout_ms=500,
        tags=["slow"],
    )
    run = await claim_run(test_case_ids=[cart["id"]])
    plan = await run.get_plan()
    assert plan["environment"]["variables"] == {"USER": "ada"}
    assert plan["environment"]["secret_keys"] == ["PASSWORD"]
    assert [test["key"] for test in plan["tests"]] == ["cart", "login"]
    test = plan["tests"][0]
    assert (test["method"], test["path"], test["timeout_ms"]) == ("GET", "/cart", 500)
    assert (test["headers"], test["body"], test["auth_type"]) == ({"X-A": "1"}, [1], "bearer")
    assert (test["expected_status_code"], test["capture_vars"]) == ("2xx", {"id": "$.id"})
    assert [link["dependency_type"] for link in plan["dependencies"]] == ["order"]


class TestSelection:
    async def test_required_tests_are_pulled_in(self, workspace: Workspace) -> None:
        await workspace.create_case("login")
        await workspace.create_case("catalog", "login")
        cart = await workspace.create_case("cart", "catalog")
        await workspace.create_case("unrelated")
        run = await workspace.start_run(test_case_ids=[cart["id"]])
        assert run["counts"]["total"] == 3
        assert run["selection"] == {"test_case_ids": [cart["id"]]}

    async def test_disabled_tests_are_left_out(self, workspace: Workspace) -> None:
        await workspace.create_case("on")
        await workspace.create_case("off", enabled=False)
        assert (await workspace.start_run())["counts"]["total"] == 1

    async def test_a_suite_selects_its_tests(self, workspace: Workspace) -> None:
        await workspace.create_case("one")
        suite = await workspace.owner.insert(
            "test_suites", project_id=workspace.project_id, name="Empty"
        )
        assert (await workspace.start_run(suite_id=workspace.suite_id))["counts"]["total"] == 1
        with pytest.raises(RefusedError) as refusal:
            await workspace.start_run(suite_id=suite["id"])
        assert (refusal.value.status, refusal.value.hint) == (422, "no_tests_selected")

    async def test_an_unknown_test_is_refused(self, workspace: Workspace) -> None:
        await workspace.create_case("one")
        with pytest.raises(RefusedError) as refusal:
            await workspace.start_run(test_case_ids=[UNKNOWN])
        assert (refusal.value.status, refusal.value.hint) == (422, "test_case_not_found")
        assert refusal.value.detail == UNKNOWN

    @pytest.mark.parametrize("field", ["project_id", "environment_id", "suite_id"])
    async def test_an_unknown_place_is_not_found(self, workspace: Workspace, field: str) -> None:
        await workspace.create_case("one")
        request = {
            "project_id": workspace.project_id,
            "environment_id": workspace.environment_id,
            field: UNKNOWN,
        }
        with pytest.raises(RefusedError) as refusal:
            await workspace.owner.call("start_test_run", **request)
        assert (refusal.value.status, refusal.value.hint) == (404, "not_found")


class TestCancel:
    async def test_a_pending_run_ends_at_once(self, workspace: Workspace) -> None:
        await workspace.create_case("login")
        run = await workspace.start_run()
        cancelled = await workspace.owner.call("cancel_test_run", run_id=run["id"])
        assert cancelled["status"] == "cancelled"
        assert await workspace.owner.call("cancel_test_run", run_id=run["id"]) == cancelled

    async def test_a_running_run_is_asked_to_stop(
        self, workspace: Workspace, claim_run: ClaimRun
    ) -> None:
        login = await workspace.create_case("login")
        run = await claim_run()
        asked = await workspace.owner.call("cancel_test_run", run_id=run.run_id)
        assert asked["status"] == "running"
        assert asked["cancel_requested_at"]
        assert (await run.record([build_result(login)]))["cancel_requested"] is True
        assert (await run.finish("cancelled"))["status"] == "cancelled"


async def test_runs_without_a_heartbeat_are_found(
    workspace: Workspace, claim_run: ClaimRun, service: Caller, database: Connect
) -> None:
    await workspace.create_case("login")
    silent, alive = await claim_run(), await claim_run()
    connection = await database()
    await connection.execute(
        "update public.test_runs set heartbeat_at = now() - interval '1 hour' where id = %s",
        [silent.run_id],
    )
    found = (await service.call("find_runs_to_resume", stale_after_seconds=600))["run_ids"]
    assert silent.run_id in found
    assert alive.run_id not in found


async def test_a_thousand_results_fit_in_one_batch(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    case = await workspace.create_case("many")
    run = await claim_run()
    results = [build_result(case, ended=number, iteration=number) for number in range(1000)]
    async with asyncio.timeout(30):
        answer = await run.record(results)
    assert answer["recorded"] == 1000
    assert (await run.finish())["counts"]["passed"] == 1000
