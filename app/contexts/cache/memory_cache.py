"""Copies of execution contexts in the memory of this process."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from app.contexts.cache.stored_context import UNFINISHED_LIFETIME, StoredContext
from app.core.clock import Clock
from app.core.identifiers import RunId

MOST_ENTRIES: Final = 1_000
MOST_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Entry:
    version: int
    good_until: datetime
    context: StoredContext | None = None
    size: int = 0


class MemoryContextCache:
    """Bounded in number and bytes; what was used longest ago goes first."""

    def __init__(
        self, clock: Clock, *, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES
    ) -> None:
        self._clock = clock
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._entries: OrderedDict[RunId, _Entry] = OrderedDict()
        self._size = 0

    async def find(self, run_id: RunId) -> StoredContext | None:
        """Return the copy of a context, or None."""
        entry = self._find_entry(run_id)
        if entry is None or entry.context is None:
            return None
        self._entries.move_to_end(run_id)
        return entry.context

    async def put(self, context: StoredContext) -> None:
        """Keep a copy, unless a newer version is known."""
        now = self._clock.now()
        size = len(orjson.dumps(context.document))
        good_until = now + context.measure_lifetime(now)
        if size <= self._most_bytes:
            self._replace(context.run_id, _Entry(context.version, good_until, context, size))

    async def invalidate(self, run_id: RunId, version: int) -> None:
        """Take note that the context has this version: older copies are wrong."""
        entry = self._find_entry(run_id)
        if entry is None or entry.version < version:
            self._replace(run_id, _Entry(version, self._clock.now() + UNFINISHED_LIFETIME))

    def _find_entry(self, run_id: RunId) -> _Entry | None:
        entry = self._entries.get(run_id)
        if entry is not None and entry.good_until <= self._clock.now():
            self._remove(run_id)
            return None
        return entry

    def _replace(self, run_id: RunId, entry: _Entry) -> None:
        known = self._find_entry(run_id)
        if known is not None:
            if known.version > entry.version:
                return
            self._remove(run_id)
        self._entries[run_id] = entry
        self._size += entry.size
        while len(self._entries) > self._most_entries or self._size > self._most_bytes:
            self._remove(next(iter(self._entries)))

    def _remove(self, run_id: RunId) -> None:
        self._size -= self._entries.pop(run_id).size
