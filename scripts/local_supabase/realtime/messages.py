"""Reads realtime.messages: what the feed delivers and what a join replays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from scripts.local_supabase.realtime.broadcasts import Broadcast, Room

LIST_MESSAGES = """
select m.id, m.topic, coalesce(m.private, false), coalesce(m.event, ''), m.payload::text, m.binary_payload
from unnest(%s::uuid[]) with ordinality as wanted (id, position)
join realtime.messages as m on m.id = wanted.id
order by wanted.position
"""

LIST_IDS_SINCE = """
select id from realtime.messages
where inserted_at >= timezone('utc', %s) and extension = 'broadcast'
order by inserted_at, id
"""

LIST_NEWEST = """
select m.id, m.topic, true, coalesce(m.event, ''), m.payload::text, m.binary_payload
from (
  select * from realtime.messages
  where topic = %s and private is true and extension = 'broadcast'
    and inserted_at >= timezone('utc', to_timestamp(%s / 1000.0))
  order by inserted_at desc, id desc
  limit %s
) as m
order by m.inserted_at, m.id
"""

Row = tuple[UUID, str, bool, str, str | None, bytes | None]
Connection = AsyncConnection[tuple[Any, ...]]


async def list_messages(
    connection: Connection, ids: Sequence[UUID]
) -> list[tuple[Room, Broadcast]]:
    """Return the messages with these ids, in the order of the ids."""
    cursor = await connection.execute(LIST_MESSAGES, (list(ids),))
    return [(Room(row[1], row[2]), _build_broadcast(row)) async for row in cursor]


async def list_ids_since(connection: Connection, since: datetime) -> list[UUID]:
    """Return the ids of all messages whose transaction began at `since` or later."""
    cursor = await connection.execute(LIST_IDS_SINCE, (since,))
    return [row[0] async for row in cursor]


async def list_replay(
    connection: Connection, topic: str, since_milliseconds: int, limit: int
) -> list[Broadcast]:
    """Return the newest `limit` private messages of a topic since an epoch time, oldest first."""
    cursor = await connection.execute(LIST_NEWEST, (topic, since_milliseconds, limit))
    return [_build_broadcast(row, is_replayed=True) async for row in cursor]


def _build_broadcast(row: tuple[Any, ...], *, is_replayed: bool = False) -> Broadcast:
    message_id, topic, _private, event, payload, binary_payload = row
    return Broadcast(
        topic,
        event,
        binary_payload if binary_payload is not None else (payload or "{}").encode(),
        is_binary=binary_payload is not None,
        message_id=str(message_id),
        is_replayed=is_replayed,
    )
