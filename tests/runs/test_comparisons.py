"""What changed from one run to another, from results that are seeded past the engine."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.database import Connect
from tests.fixtures.users import SignUp
from tests.runs.local_work import local_work
from tests.runs.workspace import Document, Workspace, open_workspace
from tests.targets.serving import RunningShop
from tests.workspaces.people import Team

# Test, iteration, status and duration in the earlier run, then in the later one.
HISTORY = [
    ("broken", 0, "passed", 10, "failed", 10),
    ("crashed", 0, "skipped", None, "error", 10),
    ("fixed", 0, "error", 10, "passed", 10),
    ("gone", 0, "passed", 10, None, None),
    ("lost", 0, "passed", 10, "skipped", None),
    ("new", 0, None, None, "failed", 10),
    ("same", 0, "passed", 10, "passed", 40),
    ("same", 1, "passed", 1_000, "passed", 1_101),
    ("slow", 0, "passed", 200, "passed", 300),
    ("slow", 1, "passed", 300, "passed", 200),
    ("still", 0, "failed", 10, "error", 10),
]
CHANGES = {
    ("broken", 0): "newly_failing",
    ("crashed", 0): "newly_failing",
    ("fixed", 0): "fixed",
    ("gone", 0): "removed",
    ("lost", 0): "status_changed",
    ("new", 0): "added",
    ("slow", 0): "slower",
    ("slow", 1): "faster",
    ("still", 0): "still_failing",
}
INSERT = """
insert into public.test_results
  (organization_id, run_id, run_date, test_case_id, iteration, status, duration_ms, category)
select organization_id, id, run_date, %s, %s, %s, %s, case when %s in ('failed', 'error') then 'other' end
from public.test_runs where id = %s
"""
FINISH = "update public.test_runs set status = 'completed', completed_at = now() where id = %s"


@dataclass
class History:
    """Two finished runs of a workspace."""

    workspace: Workspace
    earlier: str
    later: str

    async def compare(self, **query: Any) -> Document:
        return await self.workspace.get(f"/runs/{self.later}/comparison", **query)


@pytest.fixture
async def history(workspace: Workspace, supabase: SupabaseDetails, database: Connect) -> History:
    ids = {
        key: await workspace.add_case(key, "/status/200")
        for key in dict.fromkeys(entry[0] for entry in HISTORY)
    }
    async with local_work(supabase) as work:
        earlier = str(await work.start_run(workspace))
        later = str(await work.start_run(workspace))
    connection = await database()
    rows = [
        (ids[key], iteration, status, duration, status, run_id)
        for key, iteration, *outcomes in HISTORY
        for run_id, status, duration in ((earlier, *outcomes[:2]), (later, *outcomes[2:]))
        if status is not None
    ]
    async with connection.transaction():
        await connection.cursor().executemany(INSERT, rows)
        for run_id in (earlier, later):
            await connection.execute(FINISH, [run_id])
    return History(workspace, earlier, later)


def name_changes(comparison: Document) -> dict[tuple[str, int], str]:
    return {
        (item["key"], item["iteration"]): item["speed"] or item["change"]
        for item in comparison["items"]
    }


async def test_every_change_is_told(history: History) -> None:
    comparison = await history.compare(**{"with": history.earlier})
    assert name_changes(comparison) == CHANGES
    assert comparison["counts"] == {
        "newly_failing": 2,
        "fixed": 1,
        "still_failing": 1,
        "status_changed": 1,
        "added": 1,
        "removed": 1,
        "unchanged": 4,
        "slower": 1,
        "faster": 1,
    }
    items = {(item["key"], item["iteration"]): item for item in comparison["items"]}
    assert (items["gone", 0]["after"], items["new", 0]["before"]) == (None, None)
    assert items["slow", 0]["duration_ratio"] == 1.5
    assert items["slow", 1]["duration_difference_ms"] == -100
    assert items["broken", 0]["after"]["category"] == "other"
    result = await history.workspace.get(f"/results/{items['broken', 0]['after']['result_id']}")
    assert (result["run_id"], result["status"]) == (history.later, "failed")


async def test_thresholds_filters_and_pieces(history: History) -> None:
    # Without asking for milliseconds 40 is far more than 10, with asking for many nothing is.
    assert name_changes(await history.compare(minimum_ms=0, change="slower")) == {
        ("same", 0): "slower",
        ("slow", 0): "slower",
    }
    assert name_changes(await history.compare(minimum_ms=101, change=["slower", "faster"])) == {}
    assert name_changes(await history.compare(factor=1.1, change="slower")) == {
        ("same", 1): "slower",
        ("slow", 0): "slower",
    }
    listed: dict[tuple[str, int], str] = {}
    query: dict[str, Any] = {"limit": 4}
    while True:
        piece = await history.compare(**query)
        listed |= name_changes(piece)
        if piece["next_cursor"] is None:
            break
        query["cursor"] = piece["next_cursor"]
    assert list(listed.items()) == sorted(CHANGES.items())


async def test_the_run_before_is_the_baseline(
    history: History, supabase: SupabaseDetails, database: Connect
) -> None:
    workspace = history.workspace
    comparison = await history.compare()
    assert comparison["baseline"]["id"] == history.earlier
    assert comparison["run"]["id"] == history.later
    first = await workspace.client.get(f"/runs/{history.earlier}/comparison")
    assert (first.status_code, first.json()["code"]) == (404, "baseline_not_found")
    # Runs that did not go to their end, and those of other environments, are none.
    connection = await database()
    await connection.execute(
        "update public.test_runs set status = 'cancelled' where id = %s", [history.later]
    )
    async with local_work(supabase) as work:
        third = await work.start_run(workspace)
    comparison = await workspace.get(f"/runs/{third}/comparison", change="removed", limit=1)
    assert comparison["baseline"]["id"] == history.earlier


async def test_only_runs_of_one_project_that_the_caller_sees_are_compared(
    history: History, service: Service, sign_up: SignUp, shop: RunningShop, colleagues: Team
) -> None:
    path = f"/runs/{history.later}/comparison"
    assert (await colleagues["viewer"].get(path)).status_code == 200
    assert (await colleagues["stranger"].get(path)).status_code == 404
    workspace = history.workspace
    async with open_workspace(service, await sign_up(), shop.url) as foreign:
        await foreign.add_case("only", "/status/200")
        theirs = await foreign.start_run()
    for other in (theirs, str(uuid4())):
        answer = await workspace.client.get(path, params={"with": other})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    owner = f"/organizations/{workspace.organization_id}/projects"
    workspace.project_id = await workspace.post_for_id(owner, {"name": "Second"})
    project = f"/projects/{workspace.project_id}"
    environment = {"name": "local", "base_url": shop.url}
    workspace.environment_id = await workspace.post_for_id(f"{project}/environments", environment)
    workspace.suite_id = await workspace.post_for_id(f"{project}/suites", {"name": "Suite"})
    await workspace.add_case("only", "/status/200")
    answer = await workspace.client.get(path, params={"with": await workspace.start_run()})
    assert (answer.status_code, answer.json()["code"]) == (422, "runs_of_different_projects")
