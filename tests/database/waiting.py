from typing import Any

from psycopg import AsyncConnection
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from tests.fixtures.database import Connect


async def wait_until_blocked(database: Connect, blocked: AsyncConnection[Any]) -> None:
    """Return once the statement that runs on `blocked` waits for another transaction."""
    watcher = await database()

    @retry(
        retry=retry_if_result(lambda is_blocked: not is_blocked),
        wait=wait_fixed(0.01),
        stop=stop_after_delay(10),
    )
    async def is_blocked() -> bool:
        cursor = await watcher.execute(
            "select cardinality(pg_blocking_pids(%s)) > 0 as blocked", [blocked.info.backend_pid]
        )
        row = await cursor.fetchone()
        return row is not None and row["blocked"]

    await is_blocked()
