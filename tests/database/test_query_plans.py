"""How an ordinary member's hot reads are executed: by index, membership looked up once, partitions pruned."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import uuid4

import pytest
from psycopg import sql
from psycopg.abc import Params

from scripts.database_bench.data import Size, fill, name_id
from scripts.database_bench.reads import READS, become_member, find_sample
from scripts.demonstration.components import SupabaseDetails
from tests.database.plain import Connection, apply_files, create_plain_database

Node = dict[str, Any]

SIZE = Size(organizations=3, tests=200, environments=2, results=9000, days=90, tests_per_run=10)

# The index that serves each read.
INDEXES = {
    "list runs": "test_runs_project_id_created_at_idx",
    "results page of a run": "test_results_",
    "a result with details": "test_result_details_",
    "latest status per test": "test_run_history_",
    "history of a test": "test_run_history_",
    "dashboard of 7 days": "test_runs_project_id_created_at_idx",
    "dashboard of 30 days": "test_runs_project_id_created_at_idx",
    "flaky candidates": "test_run_history_",
    "search by name": "test_cases_",
    "tests with a tag": "test_cases_",
}
# How many partitions of one table a read may touch at most: two when a week crosses months.
PARTITIONS = {
    "results page of a run": 1,
    "a result with details": 1,
    "flaky candidates": 2,
}
# Lists of the API that are long: the order comes from an index, and so does the place that a cursor names.
LISTS: dict[str, LiteralString] = {
    "test_cases_project_id_order_index_idx": """
        select key from public.test_cases where project_id = %(project_id)s
        order by order_index, created_at, id limit 51
    """,
    "test_cases_suite_id_order_index_idx": """
        select key from public.test_cases where suite_id = %(suite_id)s order by order_index, created_at, id limit 51
    """,
    "audit_log_organization_id_id_idx": """
        select action from public.audit_log
        where organization_id = (select organization_id from public.projects where id = %(project_id)s)
        order by id desc limit 51
    """,
    "test_runs_project_id_created_at_idx": """
        select status from public.test_runs
        where project_id = %(project_id)s and created_at <= now()
          and (created_at < now() or created_at = now() and id < %(run_id)s)
        order by created_at desc, id desc limit 51
    """,
}


@dataclass(frozen=True)
class FilledDatabase:
    """A small database of three organizations, a member of the first, and values for the reads."""

    connection: Connection
    user_id: str
    sample: Params

    async def explain(self, query: LiteralString, *, sorts: bool = True) -> list[Node]:
        """Return every node of the plan that was executed for the member."""
        async with self.connection.transaction():
            await become_member(self.connection, self.user_id)
            # At this size reading everything, and sorting it, would be cheaper than any index.
            await self.connection.execute("set local enable_seqscan = off")
            if not sorts:
                await self.connection.execute("set local enable_sort = off")
            cursor = await self.connection.execute(
                sql.SQL("explain (format json, analyze, costs off) ") + sql.SQL(query), self.sample
            )
            row = await cursor.fetchone()
        assert row is not None
        return [node for node in _list_nodes(row["QUERY PLAN"][0]["Plan"]) if node["Actual Loops"]]


def _list_nodes(plan: Node) -> list[Node]:
    return [plan, *(node for child in plan.get("Plans", []) for node in _list_nodes(child))]


@pytest.fixture(scope="module")
async def filled(supabase: SupabaseDetails) -> AsyncIterator[FilledDatabase]:
    async with create_plain_database(supabase.database_url) as connection:
        await apply_files(connection)
        await fill(connection, SIZE, 1, SIZE.organizations)
        user_id, organization_id = str(uuid4()), name_id("organization", 1)
        await connection.execute(
            "insert into auth.users (id, email) values (%s, 'a@b.c')", [user_id]
        )
        await connection.execute(
            "insert into public.organization_members (organization_id, user_id, role) values (%s, %s, 'viewer')",
            [organization_id, user_id],
        )
        yield FilledDatabase(connection, user_id, await find_sample(connection, organization_id))


def test_every_hot_read_is_covered() -> None:
    assert INDEXES.keys() == READS.keys()


@pytest.mark.parametrize("read", READS)
async def test_a_read_is_served_by_indexes_of_the_tenant(read: str, filled: FilledDatabase) -> None:
    nodes = await filled.explain(READS[read])
    assert not [node for node in nodes if node["Node Type"] == "Seq Scan"]
    scans = [node for node in nodes if "Index Name" in node]
    assert any(INDEXES[read] in node["Index Name"] for node in scans)
    bounded = re.compile(r"\b(organization_id|project_id|run_id|result_id|id) = ")
    assert [node for node in scans if not bounded.search(node.get("Index Cond", ""))] == []


@pytest.mark.parametrize("read", READS)
async def test_membership_is_looked_up_once_and_not_per_row(
    read: str, filled: FilledDatabase
) -> None:
    nodes = await filled.explain(READS[read])
    functions = re.compile(r"\b(private|auth)\.|my_orgs")
    assert not [node for node in nodes if functions.search(str(node.get("Filter", "")))]
    membership = [node for node in nodes if node.get("Parent Relationship") == "InitPlan"]
    assert membership
    assert [node for node in membership if node["Actual Loops"] > 1] == []


@pytest.mark.parametrize("read", PARTITIONS)
async def test_a_read_with_dates_touches_only_their_partitions(
    read: str, filled: FilledDatabase
) -> None:
    leaves = defaultdict[str, set[str]](set)
    for node in await filled.explain(READS[read]):
        parent, _, month = re.sub(
            r"_(\d{4}_\d{2})$", r" \1", node.get("Relation Name", "")
        ).partition(" ")
        if month:
            leaves[parent].add(month)
    assert leaves
    assert max(map(len, leaves.values())) <= PARTITIONS[read]


@pytest.mark.parametrize("read", READS)
async def test_a_read_returns_rows_of_its_tenant_alone(read: str, filled: FilledDatabase) -> None:
    async with filled.connection.transaction():
        await become_member(filled.connection, filled.user_id)
        seen = await (await filled.connection.execute(READS[read], filled.sample)).fetchall()
        await become_member(filled.connection, str(uuid4()))
        unseen = await (await filled.connection.execute(READS[read], filled.sample)).fetchall()
    assert seen or read == "flaky candidates"
    assert unseen == []


@pytest.mark.parametrize("index", LISTS)
async def test_a_long_list_is_read_in_the_order_of_an_index(
    index: str, filled: FilledDatabase
) -> None:
    nodes = await filled.explain(LISTS[index], sorts=False)
    assert [node for node in nodes if node["Node Type"].endswith("Sort")] == []
    conditions = [node["Index Cond"] for node in nodes if node.get("Index Name") == index]
    assert len(conditions) == 1
    assert "created_at <=" in conditions[0] or "now()" not in LISTS[index]
