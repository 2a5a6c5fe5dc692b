"""No row refers to a row of another tenant, nor of another project where projects are apart."""

import pytest

from scripts.schema_documentation.access import read_access_matrix
from tests.database.access.attempts import try_insert, try_update
from tests.database.access.records import Records
from tests.database.access.specimens import SPECIMENS
from tests.database.access.world import World
from tests.database.callers import RefusedError

# Column of a new row, and what of the other side it is pointed at.
BETWEEN_PROJECTS = [
    ("test_cases", "endpoint_id", "endpoint_id"),
    ("test_dependencies", "required_test_id", "case_id"),
    ("test_dependencies", "dependent_test_id", "case_id"),
    ("fixture_usage", "fixture_id", "fixture_id"),
    ("fixture_usage", "test_case_id", "case_id"),
    ("test_runs", "environment_id", "environment_id"),
    ("test_runs", "suite_id", "suite_id"),
]
# Rows that only the service writes: not even it can mix tenants.
BETWEEN_TENANTS = [
    ("test_results", "run_id", "run_id"),
    ("test_results", "test_case_id", "case_id"),
    ("test_results", "organization_id", "organization_id"),
    ("test_execution_context", "organization_id", "organization_id"),
    ("test_run_events", "run_id", "run_id"),
    ("test_run_events", "organization_id", "organization_id"),
    ("project_events", "project_id", "project_id"),
    ("project_events", "organization_id", "organization_id"),
    ("project_streams", "organization_id", "organization_id"),
    ("test_run_history", "test_case_id", "case_id"),
    ("test_run_history", "organization_id", "organization_id"),
    ("test_result_details", "organization_id", "organization_id"),
    ("assertion_results", "organization_id", "organization_id"),
    ("performance_metrics", "test_case_id", "case_id"),
    ("performance_metrics", "environment_id", "environment_id"),
    ("performance_metrics", "project_id", "project_id"),
    ("performance_metrics", "organization_id", "organization_id"),
    ("failure_analysis", "test_case_id", "case_id"),
    ("failure_analysis", "organization_id", "organization_id"),
    ("api_credentials", "organization_id", "organization_id"),
    ("saved_searches", "organization_id", "organization_id"),
]
# What the other side is for those who see both sides: their own rows are no way across.
SIDES = ["sibling", "foreign"]


def get_side(world: World, side: str) -> Records:
    return world.sibling if side == "sibling" else world.foreign


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("table", "column", "target"), BETWEEN_PROJECTS)
async def test_a_new_row_cannot_refer_across(
    table: str, column: str, target: str, side: str, world: World
) -> None:
    agent = world.callers["double_agent"]
    other = {column: get_side(world, side).ids[target]}
    attempt = await try_insert(agent, world.records, table, **other)
    # The suite of a run is looked for before the run could refer to it.
    expected = "PT404" if (table, column) == ("test_runs", "suite_id") else "23503"
    assert RefusedError(attempt.response).code == expected


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("column", ["suite_id", "endpoint_id"])
async def test_a_case_cannot_be_moved_across(column: str, side: str, world: World) -> None:
    agent = world.callers["double_agent"]
    other = {column: get_side(world, side).ids[column]}
    attempt = await try_update(agent, world.records, "test_cases", other)
    assert RefusedError(attempt.response).code == "23503"
    assert not attempt.happened


@pytest.mark.parametrize(("table", "column", "target"), BETWEEN_TENANTS)
async def test_not_even_the_service_mixes_tenants(
    table: str, column: str, target: str, world: World
) -> None:
    other = {column: world.foreign.ids[target]}
    attempt = await try_insert(world.callers["service"], world.records, table, **other)
    assert RefusedError(attempt.response).code == "23503"


@pytest.mark.parametrize(("table", "column", "target"), BETWEEN_PROJECTS)
async def test_a_stranger_learns_nothing_by_referring_to_a_row(
    table: str, column: str, target: str, world: World
) -> None:
    """A row that exists elsewhere and one that does not are refused alike."""
    owner = world.callers["owner"]
    answers = [
        (await try_insert(owner, world.records, table, **{column: other})).response
        for other in (world.foreign.ids[target], "00000000-0000-4000-8000-000000000000")
    ]
    refusals = [(answer.status_code, RefusedError(answer).code) for answer in answers]
    assert refusals[0] == refusals[1]
    assert refusals[0][0] in (404, 409, 422)


async def test_a_default_environment_is_one_that_the_person_sees(world: World) -> None:
    stranger, records = world.callers["stranger"], world.records
    environment = {"default_environment": records.ids["environment_id"]}
    assert (await try_insert(stranger, records, "user_preferences", **environment)).word == "denied"
    foreign = {"default_environment": world.foreign.ids["environment_id"]}
    assert (await try_insert(stranger, records, "user_preferences", **foreign)).word == "rows"


async def test_preferences_can_be_mended_after_leaving_an_organization(world: World) -> None:
    editor, records = world.callers["editor"], world.records
    preferences = await records.make("user_preferences")
    await records.connection.execute(
        "update public.user_preferences set default_environment = %s where id = %s",
        [world.foreign.ids["environment_id"], preferences["id"]],
    )
    changes = {"default_environment": None, "theme": "light"}
    assert len(await editor.update("user_preferences", changes, id=preferences["id"])) == 1


UPSERTED = [
    name
    for name, table in read_access_matrix().tables.items()
    if table.words["insert"]["owner"] == "rows" and "id" in table.protected and name != "test_runs"
]


@pytest.mark.parametrize("table", UPSERTED)
async def test_a_row_of_another_tenant_cannot_be_taken_by_an_upsert(
    table: str, world: World
) -> None:
    own = await world.foreign.build(table)
    row = await world.records.make(table)
    answer = await world.callers["stranger"].client.post(
        table,
        json={**own, **SPECIMENS[table].change, "id": row["id"]},
        params={"on_conflict": "id"},
        headers={"Prefer": "resolution=merge-duplicates"},
    )
    refusal = RefusedError(answer)
    assert (refusal.status, refusal.code) == (403, "42501")
    assert await world.records.find(table, row) == row
