"""The Supabase CLI reads `supabase/` and applies it; `npm install supabase` brings the CLI."""

import os
import shutil
import subprocess

import pytest

from scripts.demonstration.components import SupabaseDetails
from tests.database.plain import MIGRATIONS, Connection, create_plain_database

CLI = shutil.which("supabase")
COUNT = "select count(*) as applied from supabase_migrations.schema_migrations"


def push(connection: Connection) -> subprocess.CompletedProcess[str]:
    info = connection.info
    address = f"{info.host}:{info.port}/{info.dbname}?sslmode=disable"
    url = f"postgres://{info.user}:{info.password}@{address}"
    command = [str(CLI), "db", "push", "--db-url", url, "--include-all", "--include-seed", "--yes"]
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=100
    )


@pytest.mark.skipif(CLI is None, reason="the Supabase CLI (`supabase`) is not on the PATH")
async def test_the_cli_applies_the_migrations_and_the_seed(supabase: SupabaseDetails) -> None:
    async with create_plain_database(supabase.database_url) as connection:
        pushed = push(connection)
        assert pushed.returncode == 0, pushed.stderr
        assert "deprecated and will be removed in v4, use" not in pushed.stderr
        row = await (await connection.execute(COUNT)).fetchone()
        assert row == {"applied": len(MIGRATIONS)}
