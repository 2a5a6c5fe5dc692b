"""The project that Studio users find after a reset."""

import tomllib
from pathlib import Path

from app.engine.plan import Plan
from scripts.demonstration.components import SupabaseDetails
from tests.database.plain import apply_files, create_plain_database

SEED = Path("supabase/seed.sql")
SUMMARIZE = """
    select
      (select count(*) from public.test_cases) as cases,
      (select count(*) from public.test_dependencies) as dependencies,
      (select count(*) from public.environment_variables) as variables,
      (select count(*) from public.assertion_results) as assertions,
      (select jsonb_agg(status || ' ' || passed_count || ' ' || failed_count) from public.test_runs) as runs
"""

READ_PLAN = """
    select public.get_run_plan(jsonb_build_object('run_id', id, 'worker_id', 'reader')) as plan from public.test_runs
"""


def test_the_cli_loads_it() -> None:
    settings = tomllib.loads(Path("supabase/config.toml").read_text())["db"]["seed"]
    assert settings["enabled"]
    assert [SEED.parent / path for path in settings["sql_paths"]] == [SEED]


async def test_the_engine_can_carry_it_out(supabase: SupabaseDetails) -> None:
    async with create_plain_database(supabase.database_url) as connection:
        await apply_files(connection)
        await apply_files(connection, [SEED])
        row = await (await connection.execute(READ_PLAN)).fetchone()
    assert row is not None
    keys = [test.key for test in Plan.from_document(row["plan"]).tests]
    assert keys == ["list-items", "get-item", "login", "fill-cart", "place-order"]


async def test_it_loads_once_however_often_it_runs(supabase: SupabaseDetails) -> None:
    async with create_plain_database(supabase.database_url) as connection:
        await apply_files(connection)
        for _ in range(2):
            await apply_files(connection, [SEED])
        row = await (await connection.execute(SUMMARIZE)).fetchone()
    assert row == {
        "cases": 5,
        "dependencies": 4,
        "variables": 4,
        "assertions": 5,
        "runs": ["failed 4 1"],
    }
