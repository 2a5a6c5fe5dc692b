"""What a row is and whom it belongs to cannot be changed by those who may change the row."""

from typing import Any
from uuid import uuid4

import pytest

from scripts.schema_documentation.access import TableAccess, read_access_matrix
from tests.database.access.attempts import try_update
from tests.database.access.world import World
from tests.database.callers import RefusedError

TABLES = read_access_matrix().tables
PROTECTED = [
    pytest.param(table, column, id=f"{table.name}-{column}")
    for table in TABLES.values()
    for column in table.protected
]
OTHER_VALUES: dict[str, Any] = {
    "uuid": str(uuid4()),
    "uuid[]": [],
    "timestamp with time zone": "2001-01-01T00:00:00+00:00",
    "date": "2001-01-01",
    "integer": 99,
    "bigint": 99,
    "text": "changed",
}


def pick_writer(table: TableAccess) -> str:
    """Return the person with the most rights among those who may change the row, the owner if nobody may."""
    writers = [
        role for role, word in table.words["update"].items() if word == "rows" and role != "service"
    ]
    return writers[-1] if writers else "owner"


async def get_type(world: World, table: str, column: str) -> str:
    cursor = await world.records.connection.execute(
        """
        select format_type(atttypid, null) as type from pg_attribute
        where attrelid = %s::regclass and attname = %s
        """,
        [f"public.{table}", column],
    )
    row = await cursor.fetchone()
    assert row is not None, f"{table} has no column {column}"
    return row["type"]


@pytest.mark.parametrize(("table", "column"), PROTECTED)
async def test_a_protected_column_is_refused(table: TableAccess, column: str, world: World) -> None:
    value = OTHER_VALUES[await get_type(world, table.name, column)]
    writer = world.callers[pick_writer(table)]
    attempt = await try_update(writer, world.records, table.name, {column: value})
    refusal = RefusedError(attempt.response)
    assert (refusal.status, refusal.code) == (403, "42501")
    assert not attempt.happened


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("projects", "created_by"),
        ("test_suites", "created_by"),
        ("test_cases", "created_by"),
        ("test_data_fixtures", "created_by"),
        ("environments", "created_by"),
        ("report_templates", "user_id"),
        ("saved_searches", "user_id"),
        ("api_credentials", "user_id"),
        ("user_preferences", "user_id"),
    ],
)
async def test_a_new_row_belongs_to_its_maker_whatever_they_send(
    table: str, column: str, world: World
) -> None:
    owner = world.callers["owner"]
    row = await world.records.build(table)
    made = await owner.insert(table, **row | {column: world.callers["viewer"].user_id})
    assert made[column] == owner.user_id


@pytest.mark.parametrize(
    "table", ["test_suites", "test_cases", "test_dependencies", "environments"]
)
async def test_a_new_row_belongs_to_the_tenant_of_its_parent_whatever_is_sent(
    table: str, world: World
) -> None:
    row = await world.records.build(table)
    foreign = {"organization_id": world.foreign.ids["organization_id"]}
    made = await world.callers["double_agent"].insert(table, **row | foreign)
    assert made["organization_id"] == world.records.ids["organization_id"]
