"""What tests can say reaches the plan of a run, and what became of them is recorded."""

from typing import Any

import pytest

from tests.database.callers import RefusedError
from tests.database.conftest import ClaimRun, CreateCaller
from tests.database.workspaces import Workspace, build_result, build_running

RICH: dict[str, Any] = {
    "phase": "setup",
    "locks": ["account"],
    "retry": {"assertions": {"attempts": 3}},
    "poll": {"deadline_ms": 100},
    "iterate": {"items": [1, 2]},
    "request": {
        "auth_type": "basic",
        "auth": {"username": "ada", "password": "{{env.PASSWORD}}"},
        "cookies": {"theme": "dark"},
        "transfer": {"redirects": {"follow": True}},
    },
    "response": {
        "body_match_type": "regex",
        "expected_body": "^ok$",
        "snapshots": {"first": {"ok": True}},
        "ignore_paths": ["$.id"],
        "assertions": [{"type": "openapi"}],
    },
}


async def test_a_plan_holds_everything_that_a_case_says(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    case = await workspace.create_case("rich", **RICH)
    await workspace.owner.update(
        "api_endpoints", {"response_schemas": {"200": {}}}, id=case["endpoint"]["id"]
    )
    plan = await (await claim_run()).get_plan()
    (planned,) = plan["tests"]
    said: dict[str, Any] = {
        **RICH,
        **RICH["request"],
        **RICH["response"],
        "response_schemas": {"200": {}},
    }
    del said["request"], said["response"]
    assert planned == planned | said


async def test_schemas_of_the_endpoint_come_only_where_they_are_needed(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    case = await workspace.create_case("plain")
    await workspace.owner.update(
        "api_endpoints", {"response_schemas": {"200": {}}}, id=case["endpoint"]["id"]
    )
    plan = await (await claim_run()).get_plan()
    assert plan["tests"][0]["response_schemas"] is None


async def test_setup_and_teardown_come_along_from_every_suite_that_is_touched(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    owner = workspace.owner
    other = await owner.insert("test_suites", project_id=workspace.project_id, name="Other")
    await workspace.create_case("open", phase="setup")
    await workspace.create_case("off", phase="teardown", enabled=False)
    await workspace.create_case("unrelated")
    elsewhere = Workspace(
        owner,
        workspace.organization_id,
        workspace.project_id,
        workspace.environment_id,
        other["id"],
    )
    await elsewhere.create_case("close", phase="teardown")
    await elsewhere.create_case("login")
    chosen = await workspace.create_case("buy", "login")
    run = await claim_run(test_case_ids=[chosen["id"]])
    plan = await run.get_plan()
    assert {test["key"] for test in plan["tests"]} == {"buy", "login", "open", "close"}
    assert plan["run"]["total_count"] == 4


async def test_an_order_may_hold_whatever_the_outcome(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    await workspace.create_case("first")
    after = {"required_test_key": "first", "condition": "completed"}
    created = await workspace.owner.call(
        "create_test_case",
        suite_id=workspace.suite_id,
        key="second",
        name="Second",
        endpoint={"method": "GET", "path": "/second"},
        dependencies=[after],
    )
    assert created["dependencies"][0]["condition"] == "completed"
    plan = await (await claim_run()).get_plan()
    assert plan["dependencies"][0]["condition"] == "completed"
    with pytest.raises(RefusedError, match="test_dependencies_completed_check"):
        await workspace.owner.update(
            "test_dependencies", {"dependency_type": "data"}, dependent_test_id=created["id"]
        )


async def test_a_plan_holds_the_fixtures_that_its_tests_use(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    for name, data in {"users": [1], "catalog": {"items": [2]}, "unused": 3}.items():
        await workspace.owner.insert(
            "test_data_fixtures", project_id=workspace.project_id, name=name, data=data
        )
    await workspace.create_case("one", iterate={"fixture": "users"})
    case = await workspace.create_case("two", iterate={"fixture": "catalog.items"})
    plan = await (await claim_run()).get_plan()
    assert plan["fixtures"] == {"users": [1], "catalog": {"items": [2]}}

    await workspace.owner.update("test_cases", {"iterate": None}, id=case["id"])
    await workspace.owner.update(
        "test_request_configs", {"body": "{{ fixture['unused'] }}"}, test_case_id=case["id"]
    )
    usage = await workspace.owner.select(
        "fixture_usage", "how,...test_data_fixtures(name)", test_case_id=case["id"]
    )
    assert usage == [{"how": "reference", "name": "unused"}]


async def test_admins_say_which_networks_tests_may_reach(
    workspace: Workspace, claim_run: ClaimRun, sign_in: CreateCaller
) -> None:
    editor = await sign_in()
    await workspace.add_member(editor, "editor")
    await workspace.create_case("only")
    policy = {"allow": ["shop.internal"], "deny": ["*.example.com"]}
    identity = {"id": workspace.organization_id}
    assert await editor.update("organizations", {"network_policy": policy}, **identity) == []
    await workspace.owner.update("organizations", {"network_policy": policy}, **identity)
    (seen,) = await editor.select("organizations", "network_policy", **identity)
    plan = await (await claim_run()).get_plan()
    assert seen["network_policy"] == plan["network_policy"] == policy


async def test_iterations_are_results_of_their_own(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    case = await workspace.create_case("each", iterate={"items": ["a", "b"]})
    run = await claim_run()
    timeline = {"queued_at": "2026-01-01T00:00:00Z", "held_by": [{"kind": "lock", "name": "x"}]}
    first = build_result(case, iteration=0, iteration_name="a", timeline=timeline)
    second = build_result(case, "failed", iteration=1, iteration_name="b", started=2, ended=3)
    running = [build_running(case, iteration=1) | {"iteration_name": "b"}]
    await run.service.call(
        "record_run_batch",
        run_id=run.run_id,
        worker_id=run.worker_id,
        total=2,
        results=[first],
        running_tests=running,
    )
    await run.record([second, build_result(case, iteration=0)])
    finished = await run.finish()
    assert (finished["counts"]["total"], finished["counts"]["passed"]) == (2, 1)
    rows = await workspace.owner.select(
        "test_results", "iteration,iteration_name,timeline,status", run_id=run.run_id
    )
    assert sorted((row["iteration"], row["iteration_name"], row["status"]) for row in rows) == [
        (0, "a", "passed"),
        (1, "b", "failed"),
    ]
    assert [row["timeline"] for row in rows if row["timeline"]] == [timeline]
    named = {
        (event["type"], event["data"]["iteration_name"])
        for event in await run.list_events()
        if "iteration_name" in event["data"]
    }
    assert named == {
        ("test_started", "a"),
        ("test_completed", "a"),
        ("test_started", "b"),
        ("test_failed", "b"),
    }
    plan = await run.get_plan()
    assert {(item["iteration"], item["status"]) for item in plan["recorded"]} == {
        (0, "passed"),
        (1, "failed"),
    }


async def test_assertions_tell_where_and_what_and_how_bad(
    workspace: Workspace, claim_run: ClaimRun
) -> None:
    case = await workspace.create_case("only")
    run = await claim_run()
    told = {"operator": "eq", "path": "$.id", "diff": "- 1\n+ 2", "severity": "warning"}
    assertion = {
        "assertion_name": "id",
        "assertion_type": "jsonpath",
        "expected_value": 1,
        "actual_value": 2,
        "passed": False,
        **told,
    }
    await run.record([build_result(case, assertions=[assertion])])
    (row,) = await workspace.owner.select("assertion_results")
    assert row == row | told


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("test_cases", "phase", "prelude"),
        ("test_cases", "retry", []),
        ("test_cases", "iterate", "users"),
        ("test_cases", "locks", ["x"] * 21),
        ("test_request_configs", "auth", "ada"),
        ("test_request_configs", "transfer", [1]),
        ("test_response_specs", "body_match_type", "fuzzy"),
        ("test_response_specs", "snapshots", [1]),
    ],
)
async def test_what_no_engine_could_read_is_not_stored(
    workspace: Workspace, table: str, column: str, value: Any
) -> None:
    case = await workspace.create_case("only")
    key = {"id" if table == "test_cases" else "test_case_id": case["id"]}
    with pytest.raises(RefusedError, match=f"{table}_{column}_check"):
        await workspace.owner.update(table, {column: value}, **key)
