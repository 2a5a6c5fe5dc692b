"""Makes rows of any table for a tenant as the role `postgres`, past PostgREST."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from tests.database.access.specimens import SPECIMENS, Account, Address, New, Own, Unique
from tests.database.callers import Json

INSERT = """
    insert into public.{table} as made ({columns})
    select {columns} from jsonb_populate_record(null::public.{table}, %s)
    returning to_jsonb(made) as row
"""


@dataclass(frozen=True)
class Records:
    """The rows of one tenant; `ids` holds its parents by name, `keys` the primary keys of all tables."""

    connection: AsyncConnection[DictRow]
    keys: Mapping[str, list[str]]
    ids: dict[str, Any] = field(default_factory=dict[str, Any])

    async def build(self, table: str) -> Json:
        """Return a row that could be inserted, its parents made."""
        specimen = SPECIMENS[table]
        row = {name: await self._resolve(value) for name, value in specimen.row.items()}
        if specimen.before:
            await self.connection.execute(specimen.before, row)
        return row

    async def make(self, table: str) -> Json:
        """Return a new row of the table."""
        row = await self.build(table)
        statement = sql.SQL(INSERT).format(
            table=sql.Identifier(table), columns=sql.SQL(", ").join(map(sql.Identifier, row))
        )
        made = (await self._fetch(statement, [Jsonb(row)]))["row"]
        if after := SPECIMENS[table].after:
            await self.connection.execute(after, self.ids | {"id": made.get("id")})
            made = await self.find(table, made) or made
        return made

    async def find(self, table: str, row: Json) -> Json | None:
        """Return the row as it is now, or None when it is gone."""
        key = self.select_key(table, row)
        condition = sql.SQL(" and ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value))
            for name, value in key.items()
        )
        statement = sql.SQL("select (select to_jsonb(t) from public.{} as t where {}) as row")
        return (await self._fetch(statement.format(sql.Identifier(table), condition), []))["row"]

    def select_key(self, table: str, row: Json) -> Json:
        return {name: row[name] for name in self.keys[table]}

    async def _resolve(self, value: Any) -> Any:
        match value:
            case Own(name):
                return self.ids[name]
            case New(table):
                return (await self.make(table))["id"]
            case Account(has_profile):
                return await self._create_account(has_profile=has_profile)
            case Address():
                return f"{uuid4().hex}@shop.example"
            case Unique():
                return f"u{uuid4().hex}"
            case _:
                return value

    async def _create_account(self, *, has_profile: bool) -> str:
        user_id = str(uuid4())
        await self.connection.execute("insert into auth.users (id) values (%s)", [user_id])
        if not has_profile:
            await self.connection.execute("delete from public.users where id = %s", [user_id])
        return user_id

    async def _fetch(self, statement: sql.Composed, parameters: list[Any]) -> DictRow:
        cursor = await self.connection.execute(statement, parameters)
        row = await cursor.fetchone()
        assert row is not None
        return row


# Parents in the order in which they need each other.
PARENTS = {
    "suite_id": "test_suites",
    "endpoint_id": "api_endpoints",
    "environment_id": "environments",
    "case_id": "test_cases",
    "fixture_id": "test_data_fixtures",
    "run_id": "test_runs",
}


async def fill_project(records: Records) -> None:
    """Give the tenant a project with one row of each kind that others refer to."""
    records.ids["project_id"] = (await records.make("projects"))["id"]
    for name, table in PARENTS.items():
        row = await records.make(table)
        records.ids[name] = row["id"]
        if table == "test_cases":
            await records.connection.execute(
                "update public.test_cases set enabled = true where id = %s", [row["id"]]
            )
        if table == "test_runs":
            records.ids["run_date"] = row["run_date"]
