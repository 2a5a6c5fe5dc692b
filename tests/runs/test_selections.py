"""Which tests a selection comes to, and that it stays so."""

from typing import Any
from uuid import uuid4

import pytest

from scripts.demonstration.components import Service
from tests.fixtures.database import Connect
from tests.fixtures.users import SignUp
from tests.runs.workspace import Document, Workspace, open_workspace
from tests.targets.serving import RunningShop

LATER = "2099-01-01T00:00:00Z"


class Catalogue:
    """Cases by key, and what selections of them come to."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.ids: dict[str, str] = {}

    async def add(self, key: str, path: str = "/status/200", **fields: Any) -> None:
        self.ids[key] = await self.workspace.add_case(key, path, **fields)

    async def plan(self, **selection: Any) -> set[str]:
        """Keys of the tests of a run of this selection."""
        run_id = await self.workspace.start_run(selection=selection)
        return await self.read_plan(run_id)

    async def read_plan(self, run_id: str) -> set[str]:
        run = await self.workspace.get(f"/runs/{run_id}", include="planned_test_ids")
        keys = {identifier: key for key, identifier in self.ids.items()}
        return {keys[test_id] for test_id in run["planned_test_ids"]}

    async def try_start(self, **fields: Any) -> tuple[int, str]:
        start = {
            "project_id": self.workspace.project_id,
            "environment_id": self.workspace.environment_id,
            **fields,
        }
        answer = await self.workspace.client.post("/runs", json=start)
        return answer.status_code, answer.json()["code"]


@pytest.fixture
def catalogue(workspace: Workspace) -> Catalogue:
    return Catalogue(workspace)


async def test_everything_that_is_given_must_agree(catalogue: Catalogue) -> None:
    workspace = catalogue.workspace
    await catalogue.add("login")
    await catalogue.add("smoke", tags=["smoke"], requires=["login"])
    await catalogue.add("both", tags=["smoke", "slow"])
    await catalogue.add("off", tags=["smoke"], enabled=False)
    other = await workspace.post_for_id(
        f"/projects/{workspace.project_id}/suites", {"name": "Other"}
    )
    first, workspace.suite_id = workspace.suite_id, other
    await catalogue.add("elsewhere", tags=["smoke"])
    ids = catalogue.ids

    assert await catalogue.plan(tags=["smoke"]) == {"login", "smoke", "both", "elsewhere"}
    assert await catalogue.plan(tags=["slow", "none"]) == {"both"}
    assert await catalogue.plan(suite_ids=[other]) == {"elsewhere"}
    assert await catalogue.plan(suite_ids=[first, other], tags=["slow"]) == {"both"}
    # Named one by one, disabled tests run as well.
    named = [ids["off"], ids["both"]]
    assert await catalogue.plan(test_case_ids=named) == {"off", "both"}
    assert await catalogue.plan(test_case_ids=named, tags=["slow"]) == {"both"}

    run_id = await workspace.start_run(suite_id=first, selection={"tags": ["slow"]})
    run = await workspace.get(f"/runs/{run_id}")
    assert (run["suite_id"], run["selection"]) == (first, {"suite_ids": [first], "tags": ["slow"]})
    disjoint = {"suite_id": first, "selection": {"suite_ids": [other]}}
    assert await catalogue.try_start(**disjoint) == (422, "no_tests_selected")


async def test_what_was_selected_stays_so(catalogue: Catalogue, database: Connect) -> None:
    await catalogue.add("tagged", tags=["smoke"])
    await catalogue.add("plain")
    run_id = await catalogue.workspace.start_run(selection={"tags": ["smoke"]})
    connection = await database()
    await connection.execute("update public.test_cases set tags = '{}'")
    assert await catalogue.read_plan(run_id) == {"tagged"}
    assert await catalogue.try_start(selection={"tags": ["smoke"]}) == (422, "no_tests_selected")


async def test_what_failed_in_a_run_runs_again(catalogue: Catalogue) -> None:
    workspace = catalogue.workspace
    await catalogue.add("login")
    await catalogue.add("broken", "/status/500", requires=["login"])
    await catalogue.add("impossible", "/{{env.NOWHERE}}")
    await catalogue.add("fine")
    run = await workspace.run()
    assert run["counts"]["failed"] + run["counts"]["error"] == 2
    failed = {"failed_in_run_id": run["id"]}
    assert await catalogue.plan(**failed) == {"login", "broken", "impossible"}
    fine = await workspace.run(test_case_ids=[catalogue.ids["fine"]])
    nothing = {"failed_in_run_id": fine["id"]}
    assert await catalogue.try_start(selection=nothing) == (422, "no_tests_selected")


CHANGES = {
    "case": "update public.test_cases set description = 'new' where id = %(case)s",
    "request": 'update public.test_request_configs set headers = \'{"A": "b"}\' where test_case_id = %(case)s',
    "response": "update public.test_response_specs set response_time_max_ms = 5 where test_case_id = %(case)s",
    "endpoint": "update public.api_endpoints set name = 'new' where id = (select endpoint_id from public.test_cases where id = %(case)s)",
    "dependency": "delete from public.test_dependencies where dependent_test_id = %(case)s",
    "fixture": "update public.test_data_fixtures set data = '[2]' where project_id = %(project)s",
}


async def test_what_was_changed_since_runs(catalogue: Catalogue, database: Connect) -> None:
    workspace = catalogue.workspace
    path = f"/projects/{workspace.project_id}/fixtures"
    await workspace.post(path, {"name": "people", "data": [1]})
    await catalogue.add("required", "/items/1")
    uses = {"query_params": {"id": "{{fixture.people[0]}}"}, "headers": {"X": "y"}}
    response = {"expected_status_code": 200}
    await catalogue.add(
        "changed", "/items/2", requires=["required"], request=uses, response=response
    )
    values = {
        "project": workspace.project_id,
        "organization": workspace.organization_id,
        "case": catalogue.ids["changed"],
    }
    connection = await database()
    for change, statement in CHANGES.items():
        # The clock of the database: nothing was changed after this moment.
        cursor = await connection.execute("select clock_timestamp() as now")
        row = await cursor.fetchone()
        assert row
        selection = {"changed_since": row["now"].isoformat()}
        assert await catalogue.try_start(selection=selection) == (422, "no_tests_selected"), change
        await connection.execute(statement.encode(), values)
        assert await catalogue.plan(**selection) - {"required"} == {"changed"}, change


class TestSavedSearches:
    """Their filters mean what tests are, and how they ended last."""

    async def save(self, workspace: Workspace, **filters: Any) -> str:
        path = f"/organizations/{workspace.organization_id}/saved-searches"
        return await workspace.post_for_id(path, {"name": uuid4().hex, "filters": filters})

    async def test_filters_name_tests(self, catalogue: Catalogue) -> None:
        workspace = catalogue.workspace
        await catalogue.add("login", description="The way IN", tags=["smoke"])
        await catalogue.add("broken", "/status/500")
        await catalogue.add("skipped", requires=["broken"])
        await workspace.run()

        async def plan(**filters: Any) -> set[str]:
            search_id = await self.save(workspace, **filters)
            return await catalogue.plan(saved_search_id=search_id)

        assert await plan(text="way in") == {"login"}
        assert await plan(tags=["smoke"]) == {"login"}
        assert await plan(statuses=["failed"]) == {"broken"}
        assert await plan(categories=["assertion"]) == {"broken"}
        assert await plan(statuses=["skipped", "passed"]) == {"login", "skipped", "broken"}
        assert await plan(environment_ids=[workspace.environment_id]) == set(catalogue.ids)
        for nothing in (
            {"environment_ids": [str(uuid4())]},
            {"statuses": ["failed"], "tags": ["smoke"]},
            {"since": LATER},
            {"until": "2000-01-01T00:00:00Z"},
            {"project_id": str(uuid4())},
        ):
            search = {"saved_search_id": await self.save(workspace, **nothing)}
            assert await catalogue.try_start(selection=search) == (422, "no_tests_selected"), (
                nothing
            )

    async def test_the_newest_result_counts(self, catalogue: Catalogue, shop: RunningShop) -> None:
        await catalogue.add("healed", f"/flaky/{uuid4().hex}/1")
        search = {"saved_search_id": await self.save(catalogue.workspace, statuses=["failed"])}
        assert (await catalogue.workspace.run())["status"] == "failed"
        assert await catalogue.plan(**search) == {"healed"}
        # The run that was just planned passes.
        (newest,) = await newest_run(catalogue.workspace)
        assert (await catalogue.workspace.finish_run(newest["id"]))["status"] == "completed"
        assert await catalogue.try_start(selection=search) == (422, "no_tests_selected")


async def newest_run(workspace: Workspace) -> list[Document]:
    page = await workspace.get("/runs", project_id=workspace.project_id, limit=1)
    return page["items"]


async def test_foreign_parts_of_a_selection_are_like_unknown_ones(
    catalogue: Catalogue, service: Service, sign_up: SignUp, shop: RunningShop
) -> None:
    await catalogue.add("only")
    async with open_workspace(service, await sign_up(), shop.url) as foreign:
        theirs = {
            "test_case_ids": [await foreign.add_case("only", "/status/200")],
            "suite_ids": [foreign.suite_id],
            "failed_in_run_id": await foreign.start_run(),
            "saved_search_id": await TestSavedSearches().save(foreign, tags=["smoke"]),
        }
    for field, value in theirs.items():
        unknown = [str(uuid4())] if isinstance(value, list) else str(uuid4())
        answers = [
            await catalogue.try_start(selection={field: given}) for given in (value, unknown)
        ]
        expected = (422, "test_case_not_found") if field == "test_case_ids" else (404, "not_found")
        assert answers == [expected, expected], field
