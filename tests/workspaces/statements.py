"""What tests change or look up past the API, as the owner of the database."""

from typing import Any

import psycopg

from scripts.demonstration.components import SupabaseDetails


async def run_sql(supabase: SupabaseDetails, statement: str, *values: object) -> list[Any]:
    async with await psycopg.AsyncConnection.connect(
        supabase.database_url, autocommit=True
    ) as connection:
        cursor = await connection.execute(statement.encode(), values)
        return await cursor.fetchall() if cursor.description else []
