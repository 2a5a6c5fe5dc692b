"""Results of a run: light unless asked, filtered, one by one with every attempt."""

from typing import Any
from uuid import uuid4

from tests.runs.workspace import Document, Workspace
from tests.workspaces.people import Team


async def list_results(workspace: Workspace, run_id: str, **query: Any) -> list[Document]:
    return (await workspace.get(f"/runs/{run_id}/results", **query))["items"]


async def test_results_are_light_filtered_and_complete_one_by_one(
    workspace: Workspace, colleagues: Team
) -> None:
    flaky = await workspace.add_case("flaky", f"/flaky/{uuid4().hex}/1", retry_count=1)
    items: Document = {"items": [{"id": 1}, {"id": 2}]}
    await workspace.add_case("items", "/items/{{iteration.value.id}}", iterate=items)
    await workspace.add_case("impossible", "/{{env.NOWHERE}}")
    run = await workspace.run()

    async def keys(**query: Any) -> list[tuple[str, int, int]]:
        found = await list_results(workspace, run["id"], **query)
        return sorted((item["key"], item["iteration"], item["attempt_number"]) for item in found)

    everything = await keys()
    assert everything == [
        ("flaky", 0, 1),
        ("flaky", 0, 2),
        ("impossible", 0, 1),
        ("items", 0, 1),
        ("items", 1, 1),
    ]
    assert await keys(test_case_id=flaky) == everything[:2]
    assert await keys(is_final=True, test_case_id=flaky) == [("flaky", 0, 2)]
    assert await keys(is_final=False) == [("flaky", 0, 1)]
    assert await keys(status=["failed", "error"]) == [("flaky", 0, 1), ("impossible", 0, 1)]
    assert await keys(category="assertion") == [("flaky", 0, 1)]
    assert await keys(iteration=1) == [("items", 1, 1)]

    (light,) = await list_results(workspace, run["id"], is_final=True, test_case_id=flaky)
    assert not {"details", "assertions"} & light.keys()
    (heavy,) = await list_results(
        workspace, run["id"], is_final=True, test_case_id=flaky, include=["details", "assertions"]
    )
    assert heavy["details"]["response_status"] == 200
    assert [entry["passed"] for entry in heavy["assertions"]] == [True]
    path = f"/results/{light['id']}"
    assert await workspace.get(path) == heavy == {**heavy, **light}
    attempts = await workspace.get(f"{path}/attempts", include="assertions")
    assert [attempt["attempt_number"] for attempt in attempts["items"]] == [1, 2]
    assert [attempt["assertions"][0]["passed"] for attempt in attempts["items"]] == [False, True]
    await check_readers(colleagues, path)


async def check_readers(colleagues: Team, path: str) -> None:
    for place in (path, f"{path}/attempts"):
        assert (await colleagues["viewer"].get(place)).status_code == 200
        hidden = await colleagues["stranger"].get(place)
        unknown = await colleagues["stranger"].get(place.replace(path, f"/results/{uuid4()}"))
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}
