"""Brings what is stored in realtime.messages to the subscribers, in commit order."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from scripts.local_supabase.realtime.broadcasts import Broadcast, Room
from scripts.local_supabase.realtime.messages import Connection, list_ids_since, list_messages

logger = logging.getLogger(__name__)

BATCH = 500
WAITING_IDS = 10_000
RECONNECT_DELAY = timedelta(milliseconds=200)
# A message carries the time its transaction began. After a lost connection the feed looks this far
# back: transactions that took longer and committed in that very moment are not delivered.
LOOK_BACK = timedelta(minutes=5)

Publish = Callable[[Room, Broadcast], None]


class DeliveredIds:
    """Ids delivered during the last `kept`, so that looking back delivers nothing twice."""

    def __init__(self, kept: timedelta) -> None:
        self._kept = kept.total_seconds()
        self._ids: OrderedDict[UUID, float] = OrderedDict()

    def __contains__(self, message_id: UUID) -> bool:
        """Tell whether this id was delivered."""
        return message_id in self._ids

    def add(self, message_id: UUID) -> None:
        """Remember an id and forget the old ones."""
        now = time.monotonic()
        self._ids[message_id] = now
        while next(iter(self._ids.values())) < now - self._kept:
            self._ids.popitem(last=False)


class DatabaseFeed:
    """Listens to Postgres for as long as it runs, and comes back after Postgres was away."""

    def __init__(self, database_url: str, publish: Publish) -> None:
        self._database_url = database_url
        self._publish = publish
        self._delivered = DeliveredIds(kept=2 * LOOK_BACK)
        self._lost_at: datetime | None = None
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Deliver for ever; whatever was committed meanwhile follows a reconnection."""
        while True:
            try:
                await self._listen()
            except* psycopg.OperationalError as errors:
                logger.log(
                    logging.WARNING if self.listening.is_set() else logging.DEBUG,
                    "Realtime has no connection to Postgres: %s",
                    errors.exceptions[0],
                )
            if self.listening.is_set():
                self._lost_at = datetime.now(UTC)
                self.listening.clear()
            await asyncio.sleep(RECONNECT_DELAY.total_seconds())

    async def _listen(self) -> None:
        ids = asyncio.Queue[UUID](WAITING_IDS)
        async with (
            await AsyncConnection.connect(self._database_url, autocommit=True) as listener,
            await AsyncConnection.connect(self._database_url, autocommit=True) as reader,
        ):
            await listener.execute("listen realtime_messages")
            await self._catch_up(reader)
            self.listening.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_receive(listener, ids))
                tasks.create_task(self._deliver_from(ids, reader))

    async def _catch_up(self, reader: Connection) -> None:
        if self._lost_at is None:
            return
        ids = await list_ids_since(reader, self._lost_at - LOOK_BACK)
        missed = [message_id for message_id in ids if message_id not in self._delivered]
        for start in range(0, len(missed), BATCH):
            await self._deliver(missed[start : start + BATCH], reader)

    async def _deliver_from(self, ids: asyncio.Queue[UUID], reader: Connection) -> None:
        while True:
            batch = [await ids.get()]
            while not ids.empty() and len(batch) < BATCH:
                batch.append(ids.get_nowait())
            await self._deliver([i for i in batch if i not in self._delivered], reader)

    async def _deliver(self, ids: Sequence[UUID], reader: Connection) -> None:
        messages = await list_messages(reader, ids)
        for room, broadcast in messages:
            self._publish(room, broadcast)
        for message_id in ids:
            self._delivered.add(message_id)


async def _receive(listener: Connection, ids: asyncio.Queue[UUID]) -> None:
    async for notification in listener.notifies():
        try:
            await ids.put(UUID(notification.payload))
        except ValueError:
            # Every role may notify on every channel.
            logger.warning("A notification that names no message is ignored")
