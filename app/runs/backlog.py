"""Results that wait to be written, bounded in number and in size."""

from collections import deque
from typing import Final

from app.runs.records import Record

LARGEST_BATCH: Final = 200
LARGEST_BATCH_CHARACTERS: Final = 4_000_000
LARGEST_BACKLOG: Final = 2_000
LARGEST_BACKLOG_CHARACTERS: Final = 32_000_000
# What a result takes beside the bodies of its evidence, roughly.
BARE_RESULT_CHARACTERS: Final = 2_000


class Backlog:
    """Records in the order they came."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def is_full(self) -> bool:
        """Whether memory would suffer from more."""
        too_many = len(self._records) >= LARGEST_BACKLOG
        return too_many or self._characters >= LARGEST_BACKLOG_CHARACTERS

    def add(self, record: Record) -> None:
        """Put a record behind the others."""
        self._records.append(record)
        self._characters += measure(record)

    def take_batch(self) -> list[Record]:
        """Remove and return the oldest records, as many as one call should carry; at least one."""
        batch: list[Record] = []
        characters = 0
        while self._records and len(batch) < LARGEST_BATCH:
            characters += measure(self._records[0])
            if batch and characters > LARGEST_BATCH_CHARACTERS:
                break
            batch.append(self._records.popleft())
        self._characters = sum(map(measure, self._records))
        return batch


def measure(record: Record) -> int:
    """Return about how many characters a result takes on its way."""
    details = record.get("details", {})
    bodies = (details.get("request_body"), details.get("response_body"))
    return BARE_RESULT_CHARACTERS + sum(len(body) for body in bodies if body)
