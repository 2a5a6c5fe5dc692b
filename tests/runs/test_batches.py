"""The same tests in several environments: all or nothing, one status, one cancellation."""

from typing import Any
from uuid import uuid4

from tests.runs.workspace import Document, Workspace
from tests.targets.serving import RunningShop
from tests.workspaces.people import Role, Team


async def add_environment(workspace: Workspace, name: str, base_url: str) -> str:
    path = f"/projects/{workspace.project_id}/environments"
    return await workspace.post_for_id(path, {"name": name, "base_url": base_url})


async def start_batch(workspace: Workspace, *environment_ids: str, **fields: Any) -> Document:
    start = {
        "project_id": workspace.project_id,
        "environment_ids": list(environment_ids),
        **fields,
    }
    answer = await workspace.client.post("/batches", json=start)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/api/v1/batches/{answer.json()['id']}"
    return answer.json()


async def test_a_batch_is_a_run_in_each_environment(
    workspace: Workspace, shop: RunningShop
) -> None:
    await workspace.add_case("smoke", "/status/200", tags=["smoke"])
    await workspace.add_case("other", "/status/200")
    down = await add_environment(workspace, "down", "http://127.0.0.1:1")
    environments = [workspace.environment_id, down]
    selection = {"tags": ["smoke"]}
    batch = await start_batch(
        workspace, *environments, selection=selection, target_version="7", metadata={"a": "b"}
    )
    assert batch["counts"]["total"] == 2
    assert {run["environment_id"] for run in batch["runs"]} == set(environments)
    for run in batch["runs"]:
        assert (run["batch_id"], run["selection"]) == (batch["id"], selection)
        assert (run["target_version"], run["metadata"]) == ("7", {"a": "b"})
        await workspace.finish_run(run["id"])

    finished = await workspace.get(f"/batches/{batch['id']}")
    assert (finished["status"], finished["completed_at"] is not None) == ("failed", True)
    assert finished["counts"] == {"total": 2, "passed": 1, "failed": 0, "skipped": 0, "error": 1}
    page = await workspace.get("/runs", batch_id=batch["id"], status="failed")
    assert [run["environment_id"] for run in page["items"]] == [down]


async def test_a_batch_is_cancelled_as_a_whole(workspace: Workspace, shop: RunningShop) -> None:
    await workspace.add_case("held", "/items/1")
    environments = [
        workspace.environment_id,
        await add_environment(workspace, "second", f"{shop.url}/"),
    ]
    shop.traffic.hold("/items/1")
    batch = await start_batch(workspace, *environments)
    shop.traffic.wait_for("GET /items/1")

    answer = await workspace.client.post(f"/batches/{batch['id']}/cancel")

    assert answer.status_code == 202
    for run in batch["runs"]:
        assert (await workspace.finish_run(run["id"]))["status"] == "cancelled"
    assert (await workspace.get(f"/batches/{batch['id']}"))["status"] == "cancelled"


async def test_one_wrong_environment_starts_nothing(workspace: Workspace) -> None:
    await workspace.add_case("only", "/status/200")
    start = {"project_id": workspace.project_id}
    for wrong in ([workspace.environment_id, str(uuid4())], [str(uuid4())]):
        answer = await workspace.client.post("/batches", json={**start, "environment_ids": wrong})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await workspace.get("/runs", project_id=workspace.project_id))["items"] == []
    for wrong in ([], [workspace.environment_id] * 2, [str(uuid4()) for _ in range(21)]):
        answer = await workspace.client.post("/batches", json={**start, "environment_ids": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_viewers_read_editors_start_and_strangers_see_nothing(
    workspace: Workspace, colleagues: Team
) -> None:
    await workspace.add_case("only", "/status/200")
    start = {
        "project_id": workspace.project_id,
        "environment_ids": [workspace.environment_id],
    }
    begun = await colleagues["editor"].post("/batches", start)
    assert begun.status_code == 202
    path = f"/batches/{begun.json()['id']}"
    expected: dict[Role, tuple[int, int, int]] = {
        "editor": (202, 200, 202),
        "viewer": (403, 200, 403),
        "stranger": (404, 404, 404),
    }
    for role, statuses in expected.items():
        person = colleagues[role]
        answers = [
            await person.post("/batches", start),
            await person.get(path),
            await person.post(f"{path}/cancel", None),
        ]
        assert tuple(answer.status_code for answer in answers) == statuses, role
