"""Notifications of the analytics reach who follows the project."""

from uuid import uuid4

import pytest

from tests.database.callers import Caller, Json, RefusedError
from tests.database.conftest import CreateCaller
from tests.database.workspaces import Workspace, create_workspace
from tests.fixtures.database import Connect

FLAKY = {"failure_rate": 0.2, "total_runs": 30, "window_days": 7}
SLOWER = {"baseline_ms": 100, "current_ms": 150, "change_percent": 50}


def build_flaky(case: Json, **fields: object) -> Json:
    return {"type": "flaky_test_detected", "data": {"test_case_id": case["id"], **FLAKY}, **fields}


def build_slower(case: Json) -> Json:
    return {"type": "performance_degradation", "data": {"test_case_id": case["id"], **SLOWER}}


async def list_events(workspace: Workspace) -> list[Json]:
    answer = await workspace.owner.call("get_project_events", project_id=workspace.project_id)
    return answer["events"]


async def test_notifications_are_events_of_the_project(
    workspace: Workspace, service: Caller, database: Connect
) -> None:
    case = await workspace.create_case("login")
    answer = await service.call(
        "publish_notifications",
        project_id=workspace.project_id,
        notifications=[
            build_flaky(case, occurred_at="2026-01-01T00:00:00+00:00"),
            build_slower(case),
        ],
    )
    assert answer == {"published": 2, "event_seq": 2}
    flaky, slower = events = await list_events(workspace)
    named = {"test_case_id": case["id"], "key": "login", "name": "Login"}
    assert (flaky["type"], flaky["data"]) == ("flaky_test_detected", named | FLAKY)
    assert (slower["type"], slower["data"]) == ("performance_degradation", named | SLOWER)
    assert (flaky["run_id"], flaky["run_seq"], flaky["version"]) == (None, None, 1)
    assert flaky["occurred_at"] == "2026-01-01T00:00:00+00:00"
    cursor = await (await database()).execute(
        "select payload -> 'events' as events from realtime.messages where topic = %s",
        [f"project:{workspace.project_id}"],
    )
    assert [row["events"] for row in await cursor.fetchall()] == [events]


async def test_a_repeated_request_publishes_nothing(workspace: Workspace, service: Caller) -> None:
    case = await workspace.create_case("login")
    request = {
        "project_id": workspace.project_id,
        "request_id": str(uuid4()),
        "notifications": [build_flaky(case)],
    }
    answers = [await service.call("publish_notifications", **request) for _ in range(2)]
    assert answers == [{"published": 1, "event_seq": 1}, {"published": 0}]
    assert len(await list_events(workspace)) == 1


async def test_nothing_to_tell_is_no_event(workspace: Workspace, service: Caller) -> None:
    answer = await service.call("publish_notifications", project_id=workspace.project_id)
    assert answer == {"published": 0}


@pytest.mark.parametrize(
    "change",
    [
        {"type": "run_completed"},
        {"type": None},
        {"data": None},
        {"data": []},
        {"data": {"failure_rate": 0.2}},
        {"data": {**FLAKY, "note": "x" * 9_000}},
    ],
)
async def test_what_is_not_understood_is_refused(
    change: Json, workspace: Workspace, service: Caller
) -> None:
    case = await workspace.create_case("login")
    with pytest.raises(RefusedError) as refusal:
        await service.call(
            "publish_notifications",
            project_id=workspace.project_id,
            notifications=[build_flaky(case), build_flaky(case) | change],
        )
    assert (refusal.value.status, refusal.value.hint) == (422, "invalid_notification")
    assert await list_events(workspace) == []


async def test_tests_and_projects_must_exist_together(
    workspace: Workspace, service: Caller, sign_in: CreateCaller
) -> None:
    elsewhere = await create_workspace(await sign_in())
    case = await elsewhere.create_case("login")
    for project_id, status in ((workspace.project_id, 422), (str(uuid4()), 404)):
        with pytest.raises(RefusedError) as refusal:
            await service.call(
                "publish_notifications", project_id=project_id, notifications=[build_flaky(case)]
            )
        assert refusal.value.status == status


async def test_many_come_in_several_requests(workspace: Workspace, service: Caller) -> None:
    case = await workspace.create_case("login")
    with pytest.raises(RefusedError) as refusal:
        await service.call(
            "publish_notifications",
            project_id=workspace.project_id,
            notifications=[build_flaky(case)] * 21,
        )
    assert refusal.value.hint == "invalid_notification"
