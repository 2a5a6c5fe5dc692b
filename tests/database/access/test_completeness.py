"""Nothing of an exposed schema is missing in supabase/access.toml, and nothing there is gone."""

import tomllib
from pathlib import Path
from typing import LiteralString

import pytest

from scripts.schema_documentation.access import AccessFileError, read_access_matrix
from tests.database.access.specimens import SPECIMENS
from tests.database.access.world import World

MATRIX = read_access_matrix()

RELATIONS = """
    select relname as name from pg_class
    where relnamespace::regnamespace::text = any (%(schemas)s) and relkind in ('r', 'p', 'v', 'm', 'f')
"""
FUNCTIONS = """
    select proname as name from pg_proc where pronamespace::regnamespace::text = any (%(schemas)s)
"""
# Columns that say what a row is, whose it is and when it was made, which an API role may write.
IDENTIFYING = """
    select relname as table, array_agg(attname::text) as columns
    from pg_class join pg_attribute on attrelid = pg_class.oid
    where relnamespace::regnamespace::text = any (%(schemas)s) and relkind in ('r', 'p')
      and attnum > 0 and not attisdropped
      and has_column_privilege('authenticated', pg_class.oid, attnum, 'update')
      and (
        attname in ('id', 'organization_id', 'user_id', 'created_by', 'created_at')
        or exists (
          select from pg_index where indrelid = pg_class.oid and indisprimary and attnum = any (indkey)
        )
      )
    group by relname
"""


@pytest.fixture
def schemas() -> dict[str, list[str]]:
    """Return the schemas that the API exposes."""
    config = tomllib.loads(Path("supabase/config.toml").read_text())
    return {"schemas": config["api"]["schemas"]}


async def list_names(world: World, query: LiteralString, schemas: dict[str, list[str]]) -> set[str]:
    cursor = await world.records.connection.execute(query, schemas)
    return {row["name"] for row in await cursor.fetchall()}


async def test_every_table_and_view_is_in_the_matrix(
    world: World, schemas: dict[str, list[str]]
) -> None:
    assert set(MATRIX.tables) == await list_names(world, RELATIONS, schemas)


async def test_every_function_is_in_the_matrix(world: World, schemas: dict[str, list[str]]) -> None:
    assert set(MATRIX.functions) == await list_names(world, FUNCTIONS, schemas)


def test_every_table_of_the_matrix_has_a_specimen() -> None:
    assert set(SPECIMENS) == set(MATRIX.tables)


def test_there_are_many_cells() -> None:
    assert len(MATRIX.list_cells()) >= 500


async def test_every_identifying_column_is_protected(
    world: World, schemas: dict[str, list[str]]
) -> None:
    cursor = await world.records.connection.execute(IDENTIFYING, schemas)
    unprotected = {
        row["table"]: columns
        for row in await cursor.fetchall()
        if (columns := set(row["columns"]) - set(MATRIX.tables[row["table"]].protected))
    }
    assert unprotected == {}


@pytest.mark.parametrize("words", ["rows", "rows none maybe", ""])
def test_a_line_with_missing_or_unknown_words_is_refused(words: str, tmp_path: Path) -> None:
    file = tmp_path / "access.toml"
    file.write_text(
        f'roles = ["viewer", "editor", "owner"]\n[functions]\n[tables.a]\nselect = "{words}"'
    )
    with pytest.raises(AccessFileError, match=r"a\.select"):
        read_access_matrix(file)
