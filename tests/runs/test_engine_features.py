"""What the engine can do, from the API to the target and back."""

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.demonstration.components import Service
from tests.fixtures.database import Connect
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp
from tests.runs.workspace import EVIDENCE, Document, Workspace, open_workspace
from tests.targets.serving import RunningShop

SET_POLICY = "update public.organizations set network_policy = %s::jsonb where id = %s"


async def add_fixture(workspace: Workspace, name: str, data: Any) -> None:
    path = f"/projects/{workspace.project_id}/fixtures"
    await workspace.post(path, {"name": name, "data": data})


async def list_results(workspace: Workspace, run_id: str) -> list[Document]:
    return (await workspace.get(f"/runs/{run_id}/results", limit=200, include=EVIDENCE))["items"]


async def list_timeline(workspace: Workspace, run_id: str) -> dict[str, Document]:
    page = await workspace.get(f"/runs/{run_id}/timeline", limit=200)
    return {f"{item['key']}#{item['iteration']}": item for item in page["items"]}


async def test_a_test_iterates_over_a_fixture_and_its_captures_are_a_list(
    workspace: Workspace, shop: RunningShop
) -> None:
    await add_fixture(workspace, "numbers", [3, 5, 8])
    await workspace.add_case(
        "each",
        "/items/{{iteration.value}}",
        iterate={"fixture": "numbers", "name": "item {{iteration.value}}"},
        response={"capture_vars": {"id": "$.id"}},
    )
    await workspace.add_case("second", "/items/{{captured_data.each.id[1]}}")
    run = await workspace.run()
    assert run["counts"] == {"total": 4, "passed": 4, "failed": 0, "skipped": 0, "error": 0}
    results = await list_results(workspace, run["id"])
    names = {item["iteration"]: item["iteration_name"] for item in results if item["key"] == "each"}
    assert names == {0: "item 3", 1: "item 5", 2: "item 8"}
    context = await workspace.get(f"/runs/{run['id']}/context")
    assert context["captured_data"] == {"each": {"id": [3, 5, 8]}}
    assert shop.traffic.count("GET /items/5") == 2


async def test_the_timeline_tells_when_and_why(workspace: Workspace) -> None:
    await workspace.add_case("open", "/items/1", phase="setup")
    await workspace.add_case("login", "/items/2")
    await workspace.add_case("cart", "/items/3", requires=["login"])
    await workspace.add_case("close", "/items/4", phase="teardown")
    run = await workspace.run()
    timeline = await list_timeline(workspace, run["id"])
    held = {key: entry["timeline"]["held_by"][:1] for key, entry in timeline.items()}
    assert held == {
        "open#0": [],
        "login#0": [{"kind": "phase", "name": "open"}],
        "cart#0": [{"kind": "dependency", "name": "login"}],
        "close#0": [{"kind": "phase", "name": "cart"}],
    }
    times = [
        timeline["cart#0"]["timeline"][f"{name}_at"]
        for name in ("queued", "ready", "started", "ended")
    ]
    assert times == sorted(times)
    assert timeline["open#0"]["phase"] == "setup"


async def test_a_failed_warning_is_told_and_fails_nothing(workspace: Workspace) -> None:
    size = {
        "type": "jsonpath",
        "path": "$.id",
        "operator": "eq",
        "expected": 8,
        "severity": "warning",
    }
    await workspace.add_case("only", "/items/7", response={"assertions": [size]})
    run = await workspace.run()
    (result,) = await list_results(workspace, run["id"])
    assert (run["status"], result["status"]) == ("completed", "passed")
    warned = result["assertions"][-1]
    assert (warned["passed"], warned["severity"], warned["operator"]) == (False, "warning", "eq")
    assert (warned["path"], warned["actual_value"]) == ("$.id", 7)
    assert warned["diff"]


async def test_every_attempt_of_a_retried_test_is_kept(workspace: Workspace) -> None:
    retry = {"transport": {"attempts": 3, "initial_ms": 1, "jitter_ms": 0, "on": ["status"]}}
    await workspace.add_case("only", "/flaky/x/2", retry=retry)
    run = await workspace.run()
    results = await list_results(workspace, run["id"])
    assert [(item["attempt_number"], item["is_final"]) for item in results] == [
        (1, False),
        (2, False),
        (3, True),
    ]
    statuses = [item["details"]["response_status"] for item in results]
    assert (run["counts"]["passed"], statuses) == (1, [503, 503, 200])


async def test_options_of_a_run_reach_the_engine(workspace: Workspace, shop: RunningShop) -> None:
    for number in range(3):
        await workspace.add_case(f"test-{number}", f"/status/{500 + number}", order_index=number)
    options = {"concurrency": 1, "fail_fast": True, "seed": 7, "timing": "full"}
    run = await workspace.run(options=options)
    assert run["options"] == run["options"] | options
    assert (run["counts"]["failed"], run["counts"]["skipped"]) == (1, 2)
    assert sum(shop.traffic.counts().values()) == 1
    results = await workspace.results(run["id"])
    phases = [
        result["details"]["timing_phases"] for result in results.values() if result["details"]
    ]
    assert all("first_byte_ms" in phase for phase in phases)
    assert phases


@pytest.fixture
def guarded_service(service: Service, start_service: StartService) -> Iterator[Service]:
    """The only service, and one that keeps tests from private networks."""
    service.stop()
    yield start_service(NETWORK_GUARD="true")
    service.start()


# Which policies let tests reach what is at 127.0.0.1.
POLICIES = {
    '{"allow": ["127.0.0.0/8"]}': "passed",
    "{}": "error",
    '{"allow": ["127.0.0.0/8"], "deny": ["127.0.0.1"]}': "error",
}


async def test_the_guard_and_the_policy_of_the_organization_decide_what_is_reached(
    guarded_service: Service, sign_up: SignUp, shop: RunningShop, database: Connect
) -> None:
    connection = await database()
    for policy, status in POLICIES.items():
        async with open_workspace(guarded_service, await sign_up(), shop.url) as workspace:
            await workspace.add_case("only", "/items/1")
            await connection.execute(SET_POLICY, [policy, workspace.organization_id])
            run = await workspace.run()
            (result,) = await list_results(workspace, run["id"])
        assert result["status"] == status, (policy, result["error_message"])
        if status == "error":
            assert result["category"] == "environment"
            assert "127.0.0.1" in result["error_message"]
    assert shop.traffic.count("GET /items/1") == 1
