"""A run again: all of it, or what failed."""

from typing import Any
from uuid import uuid4

import httpx

from tests.runs.workspace import Workspace


async def rerun(workspace: Workspace, run_id: str, **body: Any) -> httpx.Response:
    return await workspace.client.post(f"/runs/{run_id}/rerun", json=body)


async def read_plan(workspace: Workspace, run_id: str) -> set[str]:
    run = await workspace.get(f"/runs/{run_id}", include="planned_test_ids")
    return set(run["planned_test_ids"])


async def test_a_run_is_repeated_as_it_was(workspace: Workspace) -> None:
    login = await workspace.add_case("login", "/status/200")
    flaky = f"/flaky/{uuid4().hex}/1"
    broken = await workspace.add_case("broken", flaky, requires=["login"], tags=["smoke"])
    off = await workspace.add_case("off", "/status/200", enabled=False)
    await workspace.add_case("other", "/status/200")
    asked = {
        "variables": {"LOCALE": "de"},
        "options": {"seed": 7},
        "target_version": "1",
        "metadata": {"commit": "abc"},
    }
    first = await workspace.run(test_case_ids=[broken, off], **asked)
    assert first["status"] == "failed"

    answer = await rerun(workspace, first["id"], only="failed", target_version="2")

    assert answer.status_code == 202, answer.text
    again = answer.json()
    assert answer.headers["Location"] == f"/api/v1/runs/{again['id']}"
    assert (again["rerun_of"], again["target_version"]) == (first["id"], "2")
    for name in ("environment_id", "variables", "options", "metadata"):
        assert again[name] == first[name]
    assert await read_plan(workspace, again["id"]) == {login, broken}
    # The flaky endpoint has come round, so nothing failed in the second run.
    assert (await workspace.finish_run(again["id"]))["status"] == "completed"
    nothing = await rerun(workspace, again["id"], only="failed")
    assert (nothing.status_code, nothing.json()["code"]) == (422, "no_tests_selected")

    everything = (await rerun(workspace, first["id"])).json()
    assert await read_plan(workspace, everything["id"]) == {login, broken, off}
    page = await workspace.get("/runs", rerun_of=first["id"])
    assert {run["id"] for run in page["items"]} == {again["id"], everything["id"]}


async def test_an_unfinished_run_cannot_be_repeated(workspace: Workspace, shop: Any) -> None:
    await workspace.add_case("held", "/items/1")
    shop.traffic.hold("/items/1")
    run_id = await workspace.start_run()
    shop.traffic.wait_for("GET /items/1")
    answer = await rerun(workspace, run_id, only="failed")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_not_finished")
    unknown = await rerun(workspace, str(uuid4()))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    await workspace.post(f"/runs/{run_id}/cancel")
