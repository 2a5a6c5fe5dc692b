"""The rules of Supabase's database linter hold here, and each of them would notice a bad object."""

from collections.abc import AsyncIterator
from typing import LiteralString

import pytest
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from tests.database.linter_offences import GOOD_SCHEMA, OFFENCES
from tests.database.linter_rules import LINTER_RULES, PARAMETERS
from tests.fixtures.database import Connect
from tests.local_supabase.realtime.server import run_database


async def list_offenders(connection: AsyncConnection[DictRow], rule: LiteralString) -> list[str]:
    cursor = await connection.execute(rule, PARAMETERS)
    return [row["offender"] for row in await cursor.fetchall()]


@pytest.fixture(scope="session")
async def good_database() -> AsyncIterator[AsyncConnection[DictRow]]:
    """Connect as the superuser to a Supabase that has none of our tables."""
    async with (
        run_database() as database,
        await AsyncConnection[DictRow].connect(
            database.postgres.admin_url, autocommit=True, row_factory=dict_row
        ) as connection,
    ):
        await connection.execute(GOOD_SCHEMA)
        yield connection


@pytest.mark.parametrize("rule", LINTER_RULES)
async def test_the_rule_holds(rule: str, database: Connect) -> None:
    offenders = await list_offenders(await database(), LINTER_RULES[rule])
    assert not offenders, f"{rule}: {offenders}"


@pytest.mark.parametrize("rule", LINTER_RULES)
async def test_the_rule_notices_a_bad_object(
    rule: str, good_database: AsyncConnection[DictRow]
) -> None:
    assert await list_offenders(good_database, LINTER_RULES[rule]) == []
    async with good_database.transaction(force_rollback=True):
        await good_database.execute(OFFENCES[rule])
        assert len(await list_offenders(good_database, LINTER_RULES[rule])) == 1
