"""Variables of a run take the place of those of its environment."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import ValidationError

from app.engine import RunControl
from app.runs.schemas import RunStart
from scripts.demonstration.components import SupabaseDetails
from tests.fixtures.database import Connect
from tests.runs.local_work import local_work
from tests.runs.workspace import Workspace

ECHO = {"query_params": {"a": "{{env.PLAIN}}", "b": "{{env.SECRET}}", "c": "{{env.OTHER}}"}}
EXPECTED = {"expected_body": {"query": {"a": "mine", "b": "open", "c": "hidden-other"}}}

REFUSED: list[Any] = [{"a b": "x"}, {"A": 1}, [], {"A": {}}]


async def test_they_win_over_plain_and_secret_ones(workspace: Workspace) -> None:
    await workspace.set_variable("PLAIN", "theirs")
    await workspace.set_variable("SECRET", "hidden", is_secret=True)
    await workspace.set_variable("OTHER", "hidden-other", is_secret=True)
    await workspace.add_case("echo", "/echo", request=ECHO, response=EXPECTED)
    variables = {"PLAIN": "mine", "SECRET": "open"}
    run = await workspace.run(variables=variables, target_version="2026.11")
    assert (run["status"], run["variables"]) == ("completed", variables), await workspace.results(
        run["id"]
    )
    sent = (await workspace.results(run["id"]))["echo"]["details"]["request_query"]
    assert sent == {"a": "mine", "b": "open", "c": "[redacted]"}


async def test_a_run_that_is_taken_up_again_keeps_them(
    workspace: Workspace, supabase: SupabaseDetails, database: Connect
) -> None:
    await workspace.set_variable("PLAIN", "theirs")
    request = {"query_params": {"a": "{{env.PLAIN}}"}}
    response = {"expected_body": {"query": {"a": "mine"}}}
    case_id = await workspace.add_case("echo", "/echo", request=request, response=response)
    async with local_work(supabase) as work:
        run_id = await work.start_run(
            workspace, variables={"PLAIN": "mine"}, selection={"test_case_ids": [case_id]}
        )
        connection = await database()
        # As a worker leaves it that died after it had claimed the run.
        await connection.execute(
            "update public.test_runs set status = 'running', worker_id = 'gone', "
            "started_at = now(), heartbeat_at = now() - interval '1 hour' where id = %s",
            [run_id],
        )
        await work.create_executor().execute(run_id, RunControl())
    run = await workspace.get(f"/runs/{run_id}")
    assert (run["status"], run["counts"]["passed"]) == ("completed", 1)


@pytest.mark.parametrize(
    "variables",
    [
        {"1ST": "x"},
        {"with space": "x"},
        {"": "x"},
        {"A" * 129: "x"},
        {"A": "x" * 70_000},
        {f"A{number}": "x" * 60_000 for number in range(4)},
        {f"A{number}": "x" for number in range(101)},
    ],
    ids=["digit first", "space", "empty", "long name", "long value", "large", "many"],
)
def test_names_and_sizes_are_checked(variables: dict[str, str]) -> None:
    place = str(uuid4())
    start = {"project_id": place, "environment_id": place, "variables": variables}
    with pytest.raises(ValidationError, match="variables"):
        RunStart.model_validate(start)


async def test_the_database_checks_them_too(
    workspace: Workspace, supabase: SupabaseDetails
) -> None:
    await workspace.add_case("only", "/status/200")
    row = {"project_id": workspace.project_id, "environment_id": workspace.environment_id}
    headers = {"apikey": supabase.publishable_key, **workspace.user.headers}
    async with httpx.AsyncClient(base_url=supabase.supabase_url, headers=headers) as client:
        for variables in REFUSED:
            answer = await client.post("/rest/v1/test_runs", json={**row, "variables": variables})
            assert (answer.status_code, answer.json()["code"]) == (400, "23514"), variables
