"""Keeps one partition of realtime.messages per UTC day, from yesterday to three days ahead."""

import asyncio
import logging
from datetime import UTC, date, datetime, timedelta

import psycopg
from psycopg import AsyncConnection, sql

logger = logging.getLogger(__name__)

KEPT_DAYS = 3
DAYS_AHEAD = 3
REFRESH_INTERVAL = timedelta(hours=1)
RETRY_DELAY = timedelta(seconds=30)

CREATE_PARTITION = """
create table if not exists realtime.{name} partition of realtime.messages
for values from ({first}) to ({past})
"""

LIST_PARTITIONS = """
select partition.relname
from pg_catalog.pg_inherits
join pg_catalog.pg_class as partition on partition.oid = inhrelid
where inhparent = 'realtime.messages'::regclass
"""


async def keep_partitions(database_url: str) -> None:
    """Make and drop partitions for ever; every hour, as a sleeping computer misses midnights."""
    delay = REFRESH_INTERVAL
    while True:
        await asyncio.sleep(delay.total_seconds())
        try:
            await refresh_partitions(database_url, datetime.now(UTC).date())
        except psycopg.OperationalError as error:
            logger.warning("Partitions of realtime.messages are not refreshed yet: %s", error)
            delay = RETRY_DELAY
        else:
            delay = REFRESH_INTERVAL


async def refresh_partitions(database_url: str, today: date) -> None:
    """Make the partitions around `today` and drop those older than 72 hours."""
    async with await AsyncConnection.connect(database_url) as connection:
        # Senders hold locks on the table: rather try again than stop them for long.
        await connection.execute("set local lock_timeout = '5s'")
        await connection.execute("set local role supabase_realtime_admin")
        await connection.execute("select pg_advisory_xact_lock(hashtext('realtime.messages'))")
        for offset in range(-1, DAYS_AHEAD + 1):
            await connection.execute(_render_creation(today + timedelta(days=offset)))
        await _drop_before(connection, today - timedelta(days=KEPT_DAYS))


async def _drop_before(connection: AsyncConnection, oldest_kept: date) -> None:
    cursor = await connection.execute(LIST_PARTITIONS)
    oldest_name = _get_name(oldest_kept)
    for (name,) in await cursor.fetchall():
        if name < oldest_name:
            await connection.execute(sql.SQL("drop table realtime.{}").format(sql.Identifier(name)))


def _render_creation(day: date) -> sql.Composed:
    return sql.SQL(CREATE_PARTITION).format(
        name=sql.Identifier(_get_name(day)),
        first=sql.Literal(day.isoformat()),
        past=sql.Literal((day + timedelta(days=1)).isoformat()),
    )


def _get_name(day: date) -> str:
    return f"messages_{day:%Y_%m_%d}"
