"""Runs as lists: filters, sorting, pieces and parts on demand."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from scripts.demonstration.components import SupabaseDetails
from tests.runs.local_work import local_work
from tests.runs.workspace import Workspace
from tests.workspaces.people import Team


async def test_runs_are_found_by_what_they_are(
    workspace: Workspace, supabase: SupabaseDetails, colleagues: Team
) -> None:
    await workspace.add_case("only", "/status/200")
    project = f"/projects/{workspace.project_id}"
    environment = {"name": "second", "base_url": "http://127.0.0.1:1"}
    second = await workspace.post_for_id(f"{project}/environments", environment)
    async with local_work(supabase) as work:
        plain, suite, elsewhere, versioned = [
            str(await work.start_run(workspace, **fields))
            for fields in (
                {},
                {"suite_id": workspace.suite_id},
                {"environment_id": second},
                {"target_version": 'v1,"2"'},
            )
        ]
    await workspace.post(f"/runs/{plain}/cancel")
    created = (await workspace.get(f"/runs/{elsewhere}"))["created_at"]

    async def find(**query: Any) -> list[str]:
        page = await workspace.get("/runs", project_id=workspace.project_id, **query)
        return [run["id"] for run in page["items"]]

    assert await find() == [versioned, elsewhere, suite, plain]
    assert await find(sort="created_at") == [plain, suite, elsewhere, versioned]
    assert await find(environment_id=second) == [elsewhere]
    assert await find(suite_id=workspace.suite_id) == [suite]
    assert await find(status="cancelled") == [plain]
    assert await find(status=["pending", "running"], target_version='v1,"2"') == [versioned]
    assert await find(target_version="v1") == await find(trigger="ci") == []
    assert await find(trigger=["api", "ci"], started_by=workspace.user.id, limit=1) == [versioned]
    assert await find(created_since=created) == [versioned, elsewhere]
    assert await find(created_since=created, created_before=after(created)) == [elsewhere]
    assert await find(batch_id=str(uuid4())) == []

    first = await workspace.get("/runs", project_id=workspace.project_id, limit=3)
    rest = await workspace.get(
        "/runs", project_id=workspace.project_id, limit=3, cursor=first["next_cursor"]
    )
    assert [run["id"] for run in rest["items"]] == [plain]
    assert rest["next_cursor"] is None
    await check_parts(workspace, suite, first["items"])
    for person, seen in ((colleagues["viewer"], 4), (colleagues["stranger"], 0)):
        answer = await person.get("/runs", project_id=workspace.project_id)
        assert len(answer.json()["items"]) == seen


def after(moment: str) -> str:
    """The microsecond that follows."""
    return (datetime.fromisoformat(moment) + timedelta(microseconds=1)).isoformat()


async def check_parts(workspace: Workspace, run_id: str, items: list[dict[str, Any]]) -> None:
    parts = {"environment", "suite", "starter", "planned_test_ids"}
    assert not any(parts & run.keys() for run in items)
    run = await workspace.get(f"/runs/{run_id}", include=sorted(parts))
    assert run["environment"]["name"] == "local"
    assert run["suite"] == {"id": workspace.suite_id, "name": "Suite"}
    assert run["starter"]["email"] == workspace.user.email
    assert len(run["planned_test_ids"]) == 1
    answer = await workspace.client.get(f"/runs/{run_id}")
    known = {"If-None-Match": answer.headers["ETag"]}
    assert (await workspace.client.get(f"/runs/{run_id}", headers=known)).status_code == 304
