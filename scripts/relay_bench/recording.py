"""The worker of the bench: records results as a real one does, and remembers when it committed."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, LiteralString
from uuid import uuid4

from scripts.relay_bench.scene import Connection, Document, Run, fetch_one

BATCH_SECONDS: Final = 0.25
"""How often a real worker writes a run at most, see app/runs/execution/recorder.py."""

RECORD: Final[LiteralString] = (
    "select public.record_run_batch(%s::jsonb) -> 'event_seq' as event_seq"
)
FINISH: Final[LiteralString] = (
    "select public.finish_test_run(%s::jsonb) -> 'event_seq' as event_seq"
)


@dataclass(slots=True)
class Recording:
    """One run; `commits` pairs the last seq of each commit with the moment it was asked for."""

    run: Run
    connection: Connection
    commits: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])

    @property
    def last_seq(self) -> int:
        return self.commits[-1][0]

    async def perform(self, batch: int) -> None:
        """Record all tests of the run, `batch` of them at a time, and finish it."""
        for first in range(0, len(self.run.tests), batch):
            begun = time.monotonic()
            ended = self.run.tests[first : first + batch]
            following = self.run.tests[first + batch : first + batch + 16]
            await self._commit(RECORD, build_batch(ended, following))
            await asyncio.sleep(max(0.0, BATCH_SECONDS - (time.monotonic() - begun)))
        await self._commit(FINISH, {"status": "completed"})

    async def _commit(self, statement: LiteralString, request: Document) -> None:
        parameter = json.dumps({**self.run.identity, **request})
        async with self.connection.transaction():
            row = await fetch_one(self.connection, statement, [parameter])
            # The commit itself is part of what viewers wait for.
            self.commits.append((row["event_seq"], time.monotonic()))


def build_batch(ended: list[Document], following: list[Document]) -> Document:
    now = datetime.now(UTC).isoformat()
    return {
        "running_tests": [describe(test) | {"started_at": now} for test in following],
        "results": [build_result(test, now) for test in ended],
        "context": {},
    }


def build_result(test: Document, now: str) -> Document:
    return {
        **describe(test),
        "id": str(uuid4()),
        "status": "passed",
        "started_at": now,
        "completed_at": now,
        "duration_ms": 120.5,
        "attempt_number": 1,
        "is_final": True,
        "captured": [],
    }


def describe(test: Document) -> dict[str, Any]:
    return {
        "test_case_id": test["test_case_id"],
        "key": test["key"],
        "name": test["name"],
        "iteration": 0,
    }
