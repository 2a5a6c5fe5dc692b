"""Writes of many rows: what is done once for a statement does not become work for each row again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from app.catalog.cases.documents import to_document
from app.catalog.cases.schemas.cases import CaseCreate
from scripts.database_bench.reads import become_member
from scripts.demonstration.components import SupabaseDetails
from tests.database.plain import Connection, apply_files, create_plain_database

Json = dict[str, Any]

FEW, MANY = 2, 30
# How often a case that is written may call a function; everything else is done for all at once.
CALLS_PER_CASE = {
    # To look for the tenant of endpoint, case, request, expectations, dependency, and of what is known of an import.
    "private.my_orgs(public.organization_role)": 6,
    "private.my_token_project()": 6,
    "private.audit_created_rows()": 0,
    "private.audit_changed_rows()": 0,
    "private.derive_fixture_usage(uuid[])": 0,
    "private.find_endless_tests(uuid[])": 0,
    "private.raise_dependent_revisions()": 0,
    "private.raise_test_revisions()": 0,
    "private.refuse_unknown_fixtures(uuid[])": 0,
    "private.upsert_endpoints(uuid,jsonb)": 0,
    "private.write_cases(uuid,uuid[],jsonb[])": 0,
}


class Editor:
    """Somebody who writes cases; counts what that calls."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.user_id, self.project_id = str(uuid4()), str(uuid4())

    async def settle(self) -> None:
        """Make a project of their own."""
        organization = {"id": str(uuid4()), "name": "A", "slug": "a"}
        member = {"organization_id": organization["id"], "user_id": self.user_id, "role": "editor"}
        project = {"id": self.project_id, "organization_id": organization["id"], "name": "A"}
        await self._insert("auth.users", {"id": self.user_id, "email": "a@b.c"})
        await self._insert("public.organizations", organization)
        await self._insert("public.organization_members", member)
        await self._insert("public.projects", project)

    async def call(self, function: str, **request: Any) -> Any:
        query = sql.SQL("select public.{}(%s) as answer").format(sql.Identifier(function))
        cursor = await self.connection.execute(query, [Jsonb(request)])
        row = await cursor.fetchone()
        assert row is not None
        return row["answer"]

    async def store(self, **written: Any) -> Json:
        nothing: Json = {
            name: []
            for name in (
                *("created", "updated", "deleted", "disabled", "renamed"),
                *("places", "endpoints", "fixtures"),
            )
        }
        suite = {"id": None, "name": "Suite", "description": None, "enabled": True}
        request = {"version": None, "suite": suite, "dry_run": False, **nothing, **written}
        return await self.call("apply_suite_document", project_id=self.project_id, **request)

    async def count_calls(self, write: "Write", count: int) -> dict[str, int]:
        """Return how often each function was called; nothing of it stays."""
        async with self.connection.transaction(force_rollback=True):
            await become_member(self.connection, self.user_id)
            act = await write(self, count)
            await self.connection.execute("reset role")
            for position, function in enumerate(CALLS_PER_CASE):
                await self._count(function, f"calls_{position}")
            await become_member(self.connection, self.user_id)
            await act()
            await self.connection.execute("reset role")
            return {
                function: await self._read(f"calls_{position}")
                for position, function in enumerate(CALLS_PER_CASE)
            }

    async def _insert(self, table: str, row: Json) -> None:
        query = sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(*table.split(".")),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        await self.connection.execute(query, list(row.values()))

    async def _count(self, function: str, sequence: str) -> None:
        """Let a function count its calls."""
        await self.connection.execute(f"create sequence public.{sequence}".encode())
        await self.connection.execute(f"grant all on public.{sequence} to authenticated".encode())
        cursor = await self.connection.execute(
            "select pg_get_functiondef(%s::regprocedure) as definition", [function]
        )
        row = await cursor.fetchone()
        assert row is not None
        counting = f"\nbegin\n  perform nextval('public.{sequence}');\n"
        definition = row["definition"].replace("\nbegin\n", counting, 1)
        assert counting in definition
        await self.connection.execute(definition.encode())

    async def _read(self, sequence: str) -> int:
        query = "select case when is_called then last_value else 0 end as calls from {}"
        cursor = await self.connection.execute(
            sql.SQL(query).format(sql.Identifier("public", sequence))
        )
        row = await cursor.fetchone()
        assert row is not None
        return row["calls"]


Act = Callable[[], Awaitable[Any]]
Write = Callable[[Editor, int], Awaitable[Act]]


def build_cases(count: int, status: int = 200) -> list[Json]:
    """Cases that call endpoints of their own and require the first one."""
    return [
        to_document(
            CaseCreate.model_validate(
                {
                    "key": f"case-{number}",
                    "name": f"Case {number} answers {status}",
                    "endpoint": {"method": "GET", "path": f"/items/{number}"},
                    "response": {"expected_status_code": status},
                    "dependencies": [{"required_test_key": "case-0"}] if number else [],
                }
            )
        )
        for number in range(count)
    ]


async def create_by_document(editor: Editor, count: int) -> Act:
    created = [{"document": document} for document in build_cases(count)]
    return lambda: editor.store(created=created)


async def change_by_document(editor: Editor, count: int) -> Act:
    stored = await (await create_by_document(editor, count))()
    ids = {case["key"]: case["id"] for case in stored["cases"]}
    suite = {"id": stored["suite"]["id"], "name": "Suite", "description": None, "enabled": True}
    updated = [
        {"test_case_id": ids[document["key"]], "document": document}
        for document in build_cases(count, 201)
    ]
    return lambda: editor.store(version=stored["version"], suite=suite, updated=updated)


async def import_cases(editor: Editor, count: int) -> Act:
    created = [
        {"suite": "Suite", "origin": document["key"], "document": document}
        for document in build_cases(count)
    ]
    request: Json = {
        "project_id": editor.project_id,
        "format": "openapi",
        "source": "shop",
        "url": None,
        "suites": [{"name": "Suite", "description": None}],
        "created": created,
        "updated": [],
        "kept": [],
        "environment_id": None,
        "variables": [],
        "report": {},
    }
    return lambda: editor.call("apply_import", **request)


async def copy_suite(editor: Editor, count: int) -> Act:
    stored = await editor.store(created=[])
    request = {"suite_id": stored["suite"]["id"], "name": "Copy", "cases": build_cases(count)}
    return lambda: editor.call("copy_test_suite", **request)


@pytest.fixture(scope="module")
async def editor(supabase: SupabaseDetails) -> AsyncIterator[Editor]:
    async with create_plain_database(supabase.database_url) as connection:
        await apply_files(connection)
        editor = Editor(connection)
        await editor.settle()
        yield editor


@pytest.mark.parametrize(
    "write", [create_by_document, change_by_document, import_cases, copy_suite]
)
async def test_more_cases_call_nothing_more_but_for_their_tenants(
    write: Write, editor: Editor
) -> None:
    few, many = await editor.count_calls(write, FEW), await editor.count_calls(write, MANY)
    excess = {
        function: many[function] - few[function] - allowed * (MANY - FEW)
        for function, allowed in CALLS_PER_CASE.items()
    }
    assert sum(many.values())
    # Whether a plan asks once more than another one does not matter.
    assert {function: calls for function, calls in excess.items() if calls >= MANY - FEW} == {}
