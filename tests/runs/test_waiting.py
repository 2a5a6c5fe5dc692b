"""`Prefer: wait`: the answer comes with the end of the run, or when the time is over."""

import asyncio

import httpx
import pytest

from app.web.preferences import find_wait
from scripts.demonstration.components import Service
from tests.fixtures.service import StartService
from tests.realtime.conditions import until
from tests.runs.workspace import Workspace
from tests.targets.serving import RunningShop

WAIT = {"Prefer": "respond-async, wait=30"}


async def start(workspace: Workspace, headers: dict[str, str]) -> httpx.Response:
    body = {"project_id": workspace.project_id, "environment_id": workspace.environment_id}
    return await workspace.client.post("/runs", json=body, headers=headers)


async def test_the_answer_comes_with_the_end_of_the_run(workspace: Workspace) -> None:
    await workspace.add_case("broken", "/status/500")
    answer = await start(workspace, WAIT)
    run = answer.json()
    assert (answer.status_code, run["status"], run["counts"]["failed"]) == (201, "failed", 1)
    assert answer.headers["Preference-Applied"] == "wait=30"
    assert answer.headers["Location"] == f"/api/v1/runs/{run['id']}"
    path = f"/runs/{run['id']}"
    read = await workspace.client.get(path, headers=WAIT)
    assert (read.status_code, read.json()) == (200, run)
    again = await workspace.client.post(f"{path}/rerun", json={}, headers=WAIT)
    assert (again.status_code, again.json()["status"]) == (201, "failed")


async def test_without_waiting_the_answer_comes_at_once(
    workspace: Workspace, shop: RunningShop
) -> None:
    await workspace.add_case("held", "/items/1")
    shop.traffic.hold("/items/1")
    for headers in ({}, {"Prefer": "wait=0"}, {"Prefer": "wait=soon"}):
        answer = await start(workspace, headers)
        assert (answer.status_code, answer.json()["status"]) == (202, "pending")
        applied = "wait=0" if headers == {"Prefer": "wait=0"} else None
        assert answer.headers.get("Preference-Applied") == applied
        await workspace.post(f"/runs/{answer.json()['id']}/cancel")


async def test_when_the_time_is_over_the_run_is_shown_as_it_is(
    workspace: Workspace, shop: RunningShop
) -> None:
    await workspace.add_case("held", "/items/1")
    shop.traffic.hold("/items/1")
    answer = await start(workspace, {"Prefer": "wait=1"})
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "wait=1"
    run_id = answer.json()["id"]
    # A second caller waits for the same run, which is cancelled meanwhile.
    waiting = asyncio.create_task(workspace.client.get(f"/runs/{run_id}", headers=WAIT))
    await asyncio.to_thread(shop.traffic.wait_for, "GET /items/1")
    await workspace.post(f"/runs/{run_id}/cancel")
    assert (await waiting).json()["status"] == "cancelled"


async def test_nobody_is_kept_waiting_by_a_process_that_ends(
    start_service: StartService, workspace: Workspace, shop: RunningShop
) -> None:
    await workspace.add_case("held", "/items/1")
    shop.traffic.hold("/items/1")
    run_id = await workspace.start_run()
    await asyncio.to_thread(shop.traffic.wait_for, "GET /items/1")
    service = start_service(RUN_WORKER_IN_API="false", LOG_LEVEL="DEBUG")
    async with httpx.AsyncClient(headers=workspace.user.headers, timeout=40) as client:
        path = f"{service.url}/api/v1/runs/{run_id}"
        abandoned = asyncio.create_task(client.get(path, headers=WAIT))
        await until(lambda: count_logged(service, "request_waits_for_run") == 1)
        abandoned.cancel()
        await until(lambda: count_logged(service, "request_served", f"/runs/{run_id}") == 1)
        waiting = asyncio.create_task(client.get(path, headers=WAIT))
        await until(lambda: count_logged(service, "request_waits_for_run") == 2)
        await asyncio.to_thread(service.stop)
        answer = await waiting
    assert (answer.status_code, answer.json()["status"]) == (200, "running")
    await workspace.post(f"/runs/{run_id}/cancel")


def count_logged(service: Service, *words: str) -> int:
    lines = service.log.read_text().splitlines()
    return sum(all(word in line for word in words) for line in lines)


@pytest.mark.parametrize(
    ("preferences", "seconds"),
    [
        ([], None),
        (["wait=30"], 30),
        (["respond-async, wait = 30; x=y"], 30),
        (["return=minimal", 'WAIT="5", wait=7'], 5),
        (["wait=600"], 60),
        (["wait=-1"], None),
        (["wait=1.5"], None),
        (["await=3"], None),
    ],
    ids=str,
)
def test_preferences_are_read_as_rfc_7240_says(preferences: list[str], seconds: int | None) -> None:
    wait = find_wait(preferences)
    assert (wait.total_seconds() if wait else None) == seconds
