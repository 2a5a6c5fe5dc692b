"""Results do not go by accident: what has some is deleted only by who says so, and the audit log tells."""

from typing import Any

from tests.catalog.building import Workshop, open_workshop, refusal, send
from tests.fixtures.database import Connect
from tests.workspaces.people import Team

AUDITED = """
select actor_id::text, entity_type, old_value from public.audit_log
where entity_id = any (%s::uuid[]) and action = 'delete' and entity_type in ('test_results', 'test_runs')
order by old_value ->> 'test_case_key'
"""


async def run_all(workshop: Workshop) -> dict[str, Any]:
    """Run every test of the workshop where nothing answers; return the run, which has ended."""
    project = f"/projects/{workshop.project_id}"
    environment = await workshop.person.create(
        f"{project}/environments", name="Nowhere", base_url="http://127.0.0.1:1"
    )
    start = {"project_id": workshop.project_id, "environment_id": environment["id"]}
    headers = {"Prefer": "wait=30"}
    answer = await workshop.person.http.post("/api/v1/runs", json=start, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read_deletions(database: Connect, *ids: str) -> list[dict[str, Any]]:
    connection = await database()
    return await (await connection.execute(AUDITED, [list(ids)])).fetchall()


async def test_a_case_with_results_is_deleted_only_with_them(team: Team, database: Connect) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("login")
    await workshop.add("other")
    run = await run_all(workshop)
    path = f"/cases/{case['id']}"

    refused = await team["editor"].delete(path)
    assert refusal(refused) == (409, "has_results")
    assert refused.json()["detail"] == (
        "1 result would be lost: disable the test instead, or repeat the request with with_results=true"
    )
    assert (await team["viewer"].delete(f"{path}?with_results=true")).status_code == 403
    assert (await team.owner.get(path)).status_code == 200

    assert (await team["editor"].delete(f"{path}?with_results=true")).status_code == 204
    results = (await team.owner.get(f"/runs/{run['id']}/results")).json()["items"]
    assert [result["key"] for result in results] == ["other"]
    assert (await team.owner.get(f"/runs/{run['id']}")).json() == run
    assert await read_deletions(database, case["id"]) == [
        {
            "actor_id": team["editor"].user.id,
            "entity_type": "test_results",
            "old_value": {"test_case_key": "login", "results": 1, "history": 1},
        }
    ]


async def test_a_suite_names_how_many_results_would_go(team: Team, database: Connect) -> None:
    workshop = await open_workshop(team)
    cases = [await workshop.add(key) for key in ("cart", "login")]
    await run_all(workshop)
    await workshop.add("new")
    path = f"/suites/{workshop.suite_id}"

    refused = await team.owner.delete(path)
    assert refusal(refused) == (409, "has_results")
    assert refused.json()["detail"].startswith("2 results would be lost: disable the suite")
    assert await workshop.list_keys(sort="key") == ["cart", "login", "new"]

    tag = (await team.owner.get(path)).headers["ETag"]
    await team.owner.patch(path, {"description": "changed"})
    stale = await send(team.owner, "DELETE", f"{path}?with_results=true", if_match=tag)
    assert refusal(stale) == (412, "precondition_failed")
    assert (await send(team.owner, "DELETE", f"{path}?with_results=true")).status_code == 204
    entries = await read_deletions(database, *(case["id"] for case in cases))
    assert [entry["old_value"]["test_case_key"] for entry in entries] == ["cart", "login"]


async def test_cascade_and_with_results_are_two_questions(team: Team) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("login")
    await workshop.add("cart", "login")
    await run_all(workshop)
    path = f"/cases/{case['id']}"
    for query, code in {
        "": "test_case_in_use",
        "?with_results=true": "test_case_in_use",
        "?cascade=true": "has_results",
    }.items():
        assert refusal(await team.owner.delete(f"{path}{query}")) == (409, code)
    both = await team.owner.delete(f"{path}?cascade=true&with_results=true")
    assert both.status_code == 204, both.text


async def test_a_project_with_runs_goes_only_with_them(team: Team, database: Connect) -> None:
    workshop = await open_workshop(team)
    await workshop.add("login")
    await workshop.add("cart")
    await run_all(workshop)
    path = f"/projects/{workshop.project_id}"
    for_admins = await team["editor"].delete(f"{path}?with_results=true")
    assert refusal(for_admins) == (403, "forbidden")
    assert "only admins delete a project that has runs" in for_admins.json()["detail"]
    refused = await team["admin"].delete(path)
    assert refusal(refused) == (409, "has_results")
    assert refused.json()["detail"].startswith("1 run would be lost: archive the project instead")
    assert (await team["admin"].delete(f"{path}?with_results=true")).status_code == 204
    (entry,) = await read_deletions(database, workshop.project_id)
    assert (entry["entity_type"], entry["old_value"]) == ("test_runs", {"runs": 1, "results": 2})
