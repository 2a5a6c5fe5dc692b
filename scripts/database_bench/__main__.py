"""`python -m scripts.database_bench`: fills a database of its own, measures it, prints JSON."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import uuid4

import httpx
from psycopg.rows import dict_row

from scripts.database_bench.data import PARTITIONED, Connection, Size, fetch, fill, name_id
from scripts.database_bench.reads import find_sample, measure_paths, measure_reads
from scripts.database_bench.recording import measure_recording
from scripts.demonstration.components import LocalSupabase, SupabaseDetails
from scripts.demonstration.stage import end_on_sigterm

JOIN: Final[LiteralString] = """
insert into public.organization_members (organization_id, user_id, role) values (%s, %s, 'viewer')
"""
MEASURE_SIZE: Final[LiteralString] = """
select
  parent.relname as table,
  sum(pg_table_size(leaf.relid)) as table_bytes, sum(pg_indexes_size(leaf.relid)) as index_bytes
from pg_class as parent
cross join lateral pg_partition_tree(parent.oid) as leaf
where parent.oid = any (%s::text[]::regclass[])
group by parent.relname
order by parent.relname
"""


async def measure(supabase: SupabaseDetails, size: Size) -> dict[str, Any]:
    """Return all measurements; the reads are taken before and after the other tenants came."""
    session = sign_up(supabase)
    user_id = session["user"]["id"]
    organization_id = name_id("organization", 1)
    async with await Connection.connect(
        supabase.database_url, autocommit=True, row_factory=dict_row
    ) as connection:
        begun = time.monotonic()
        await fill(connection, size, 1, 1)
        await connection.execute(JOIN, [organization_id, user_id])
        sample = await find_sample(connection, organization_id)
        alone = await measure_reads(connection, user_id, sample)
        if size.organizations > 1:
            await fill(connection, size, 2, size.organizations)
        filled = time.monotonic()
        among_others = await measure_reads(connection, user_id, sample)
        headers = {"Authorization": f"Bearer {session['access_token']}"}
        async with httpx.AsyncClient(base_url=supabase.postgrest_url, headers=headers) as client:
            through_postgrest = await measure_paths(client, sample)
        counted = await fetch(connection, "select count(*) as results from public.test_results", [])
        sizes = await fetch(connection, MEASURE_SIZE, [[f"public.{name}" for name in PARTITIONED]])
        recording = await measure_recording(connection, supabase)
    results = counted[0]["results"]
    return {
        "results": results,
        "organizations": size.organizations,
        "seconds_to_fill": round(filled - begun, 1),
        "bytes_per_result": {row.pop("table"): _divide(row, results) for row in sizes},
        "reads": {
            name: {
                **read,
                "milliseconds_without_other_tenants": alone[name]["milliseconds"],
                "milliseconds_through_postgrest": through_postgrest.get(name),
            }
            for name, read in among_others.items()
        },
        "record_run_batch": recording,
    }


def sign_up(supabase: SupabaseDetails) -> dict[str, Any]:
    """Return the session of a new user."""
    answer = httpx.post(
        f"{supabase.supabase_url}/auth/v1/signup",
        headers={"apikey": supabase.publishable_key},
        json={"email": f"{uuid4().hex}@example.org", "password": uuid4().hex},
        timeout=20.0,
    )
    return answer.raise_for_status().json()


def _divide(sizes: dict[str, Any], results: int) -> dict[str, int]:
    return {name.removesuffix("_bytes"): round(size / results) for name, size in sizes.items()}


def main() -> int:
    """Return the exit code of the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench database", description=__doc__)
    parser.add_argument("--results", type=int, default=Size.results)
    parser.add_argument("--organizations", type=int, default=Size.organizations)
    arguments = parser.parse_args()
    size = Size(results=arguments.results, organizations=arguments.organizations)
    end_on_sigterm()
    with (
        tempfile.TemporaryDirectory() as directory,
        LocalSupabase(Path(directory) / "supabase.log") as supabase,
    ):
        print(json.dumps(asyncio.run(measure(supabase.details, size)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
