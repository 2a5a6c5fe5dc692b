"""Runs that are corrected while they go on or later, and deleted once they have ended."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.engine import RunControl
from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.database import Connect
from tests.runs.local_work import local_work
from tests.runs.workspace import Document, Workspace
from tests.targets.serving import RunningShop
from tests.workspaces.machines import create_api_token, sign_in
from tests.workspaces.people import ROLES, Role, Team

LEFT = """
select
  (select count(*) from public.test_results where run_id = %(run)s)
  + (select count(*) from public.test_run_history where run_id = %(run)s)
  + (select count(*) from public.test_run_events where run_id = %(run)s)
  + (select count(*) from public.test_execution_context where run_id = %(run)s)
  + (select count(*) from public.test_result_details where result_id = any (%(results)s::uuid[]))
  + (select count(*) from public.assertion_results where result_id = any (%(results)s::uuid[]))
  as number
"""
AUDITED = """
select actor_id::text, action, old_value, new_value from public.audit_log
where entity_id = %s and entity_type = 'test_runs' order by id
"""
DELIVERY = """
insert into public.hook_deliveries (organization_id, project_id, hook_id, outcome, run_id)
select organization_id, project_id, id, 'rejected', %s from public.hooks where id = %s
"""


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", answer.text)


async def change(workspace: Workspace, run_id: str, tag: str = "", **fields: Any) -> httpx.Response:
    headers = {"If-Match": tag} if tag else {}
    return await workspace.client.patch(f"/runs/{run_id}", json=fields, headers=headers)


async def list_audited(database: Connect, run_id: str) -> list[Document]:
    connection = await database()
    return await (await connection.execute(AUDITED, [run_id])).fetchall()


async def test_a_run_is_corrected(workspace: Workspace, database: Connect) -> None:
    await workspace.add_case("read", "/status/200")
    run = await workspace.run(target_version="1", metadata={"commit": "abc"})
    changed = await change(workspace, run["id"], target_version="2")
    assert changed.status_code == 200, changed.text
    assert changed.json() == run | {
        "target_version": "2",
        "updated_at": changed.json()["updated_at"],
    }
    again = await change(workspace, run["id"], target_version=None, metadata={"a": [1]})
    assert (again.json()["target_version"], again.json()["metadata"]) == (None, {"a": [1]})
    assert (await workspace.get(f"/runs/{run['id']}")) == again.json()
    first, second = await list_audited(database, run["id"])
    assert first == {
        "actor_id": workspace.user.id,
        "action": "update",
        "old_value": {"target_version": "1"},
        "new_value": {"target_version": "2"},
    }
    assert second["old_value"] == {"target_version": "2", "metadata": {"commit": "abc"}}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "completed"}, "invalid_request"),
        ({"variables": {}}, "invalid_request"),
        ({"metadata": None}, "invalid_request"),
        ({"target_version": "v" * 201}, "invalid_request"),
        ({"metadata": {"a": "x" * 70_000}}, "invalid"),
    ],
    ids=str,
)
async def test_nothing_else_of_a_run_is_changed(
    run_of_team: Document, team: Team, fields: dict[str, Any], code: str
) -> None:
    answer = await team.owner.patch(f"/runs/{run_of_team['id']}", fields)
    assert refusal(answer) == (422, code)


@pytest.fixture(scope="session")
async def run_of_team(team: Team) -> Document:
    """A run that has ended and that no test changes."""
    return await make_run(team)


async def make_run(team: Team) -> Document:
    environment = await team.create_environment()
    project_id = environment["project_id"]
    suite = await team.owner.create(f"/projects/{project_id}/suites", name="Suite")
    case = {"key": "read", "name": "Read", "endpoint": {"method": "GET", "path": "/"}}
    await team.owner.create(f"/suites/{suite['id']}/cases", **case)
    start = {"project_id": project_id, "environment_id": environment["id"]}
    headers = {"Prefer": "wait=30"}
    answer = await team.owner.http.post("/api/v1/runs", json=start, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("role", ROLES)
async def test_editors_correct_and_admins_delete(team: Team, role: Role) -> None:
    path = f"/runs/{(await make_run(team))['id']}"
    corrected = await team[role].patch(path, {"metadata": {"by": role}})
    assert corrected.status_code == {"viewer": 403, "stranger": 404}.get(role, 200)
    deleted = await team[role].delete(path)
    expected = {"viewer": 403, "editor": 403, "stranger": 404}.get(role, 204)
    assert deleted.status_code == expected, deleted.text
    assert (await team.owner.get(path)).status_code == (404 if expected == 204 else 200)


@pytest.mark.parametrize("scope", ["read", "run", "write"])
async def test_tokens_that_write_correct_and_none_deletes(
    team: Team, run_of_team: Document, service: Service, scope: str
) -> None:
    organization_id = team.organization["id"]
    token = await create_api_token(team.owner, organization_id, scope)
    path = f"/runs/{run_of_team['id']}"
    async with sign_in(service, team.owner, token["api_token"]) as machine:
        same = {"target_version": run_of_team["target_version"]}
        corrected = await machine.patch(path, same)
        assert corrected.status_code == (200 if scope == "write" else 403), corrected.text
        assert (await machine.delete(path)).status_code == 403


async def test_two_who_correct_an_ended_run(workspace: Workspace) -> None:
    await workspace.add_case("read", "/status/200")
    run = await workspace.run()
    tag = (await workspace.client.get(f"/runs/{run['id']}")).headers["ETag"]
    first = await change(workspace, run["id"], tag, metadata={"a": 1})
    second = await change(workspace, run["id"], tag, metadata={"b": 2})
    assert (first.status_code, refusal(second)) == (200, (412, "precondition_failed"))
    third = await change(workspace, run["id"], first.headers["ETag"], target_version="3")
    assert (third.status_code, third.json()["metadata"]) == (200, {"a": 1})
    headers = {"If-Match": tag}
    stale = await workspace.client.delete(f"/runs/{run['id']}", headers=headers)
    assert refusal(stale) == (412, "precondition_failed")
    headers = {"If-Match": third.headers["ETag"]}
    assert (await workspace.client.delete(f"/runs/{run['id']}", headers=headers)).is_success


async def test_a_run_that_goes_on_is_corrected_and_not_deleted(
    workspace: Workspace, shop: RunningShop
) -> None:
    for number in range(20):
        await workspace.add_case(f"read-{number}", f"/status/200?number={number}")
    await workspace.add_case("held", "/items/1")
    shop.traffic.hold("/items/1")
    run_id = await workspace.start_run()
    tag = (await workspace.client.get(f"/runs/{run_id}")).headers["ETag"]
    for number in range(20):
        corrected = await change(workspace, run_id, metadata={"number": number})
        assert corrected.status_code == 200, corrected.text
    assert refusal(await change(workspace, run_id, tag, metadata={})) == (
        412,
        "precondition_failed",
    )
    shop.traffic.wait_for("GET /items/1")
    refused = await workspace.client.delete(f"/runs/{run_id}")
    assert refusal(refused) == (409, "run_not_finished")
    environment = f"/environments/{workspace.environment_id}"
    refused = await workspace.client.delete(environment, params={"with_results": True})
    assert refusal(refused) == (409, "run_not_finished")
    shop.traffic.release()
    run = await workspace.finish_run(run_id)
    assert (run["status"], run["metadata"]) == ("completed", {"number": 19})
    assert run["counts"]["passed"] == 21


async def test_a_deleted_run_leaves_nothing_that_counts(
    workspace: Workspace, database: Connect, shop: RunningShop
) -> None:
    await workspace.add_case("read", f"/flaky/{uuid4().hex}/1")
    earlier = await workspace.run()
    wrong = await workspace.run()
    results = await workspace.results(wrong["id"])
    again = await workspace.post(f"/runs/{wrong['id']}/rerun", {"only": "all"})
    await workspace.finish_run(again["id"])
    project = f"/projects/{workspace.project_id}"
    hook = {"name": "Deployed", "environment_id": workspace.environment_id}
    hook |= {"signature": {"scheme": "github"}}
    hook_id = await workspace.post_for_id(f"{project}/hooks", hook)
    connection = await database()
    await connection.execute(DELIVERY, [wrong["id"], hook_id])

    answer = await workspace.client.delete(f"/runs/{wrong['id']}")

    assert answer.status_code == 204, answer.text
    assert (await workspace.client.get(f"/runs/{wrong['id']}")).status_code == 404
    ids = {"run": wrong["id"], "results": [result["id"] for result in results.values()]}
    assert await (await connection.execute(LEFT, ids)).fetchone() == {"number": 0}
    assert (await workspace.get(f"/runs/{again['id']}"))["rerun_of"] is None
    (delivery,) = (await workspace.get(f"/hooks/{hook_id}/deliveries"))["items"]
    assert delivery["run_id"] is None
    comparison = await workspace.get(f"/runs/{again['id']}/comparison")
    assert comparison["baseline"]["id"] == earlier["id"]
    (entry,) = await list_audited(database, wrong["id"])
    assert (entry["actor_id"], entry["action"]) == (workspace.user.id, "delete")
    assert entry["old_value"]["counts"] == wrong["counts"]


async def test_a_batch_is_what_is_left_of_it(workspace: Workspace) -> None:
    await workspace.add_case("read", "/status/200")
    path = f"/projects/{workspace.project_id}/environments"
    down = await workspace.post_for_id(path, {"name": "down", "base_url": "http://127.0.0.1:1"})
    start = {
        "project_id": workspace.project_id,
        "environment_ids": [workspace.environment_id, down],
    }
    batch = await workspace.post("/batches", start)
    for run in batch["runs"]:
        await workspace.finish_run(run["id"])
    assert (await workspace.client.delete(f"/environments/{down}?with_results=true")).is_success
    left = await workspace.get(f"/batches/{batch['id']}")
    assert [run["environment_id"] for run in left["runs"]] == [workspace.environment_id]
    assert (await workspace.client.delete(f"/runs/{left['runs'][0]['id']}")).is_success
    assert (await workspace.client.get(f"/batches/{batch['id']}")).status_code == 404


async def test_a_run_that_was_deleted_while_it_waited_is_not_executed(
    workspace: Workspace, supabase: SupabaseDetails, shop: RunningShop
) -> None:
    await workspace.add_case("read", "/items/1")
    async with local_work(supabase) as work:
        run_id = await work.start_run(workspace)
        await workspace.post(f"/runs/{run_id}/cancel")
        assert (await workspace.client.delete(f"/runs/{run_id}")).status_code == 204
        await work.create_executor().execute(run_id, RunControl())
    assert shop.traffic.count("GET /items/1") == 0
