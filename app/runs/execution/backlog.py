"""Results that wait to be written, bounded in number and in size."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from app.contexts.execution_context import ContextChanges
from app.runs.execution.records import Record

LARGEST_BATCH: Final = 200
LARGEST_BATCH_CHARACTERS: Final = 4_000_000
LARGEST_BACKLOG: Final = 2_000
LARGEST_BACKLOG_CHARACTERS: Final = 32_000_000
# What a result takes beside the bodies of its evidence, roughly.
BARE_RESULT_CHARACTERS: Final = 2_000


@dataclass(frozen=True, slots=True)
class EndedTest:
    """The rows of a test that ended, and what it leaves in the context: committed together."""

    records: list[Record]
    changes: ContextChanges = field(default_factory=ContextChanges)

    @property
    def characters(self) -> int:
        """About how many characters the rows take on their way."""
        return sum(map(measure, self.records))


class Backlog:
    """Tests in the order in which they ended."""

    def __init__(self) -> None:
        self._ended: deque[EndedTest] = deque()
        self._records = 0
        self._characters = 0

    def __len__(self) -> int:
        return len(self._ended)

    @property
    def is_full(self) -> bool:
        """Whether memory would suffer from more."""
        return self._records >= LARGEST_BACKLOG or self._characters >= LARGEST_BACKLOG_CHARACTERS

    def add(self, ended: EndedTest) -> None:
        """Put a test behind the others."""
        self._ended.append(ended)
        self._records += len(ended.records)
        self._characters += ended.characters

    def take_batch(self) -> list[EndedTest]:
        """Remove and return the oldest tests, as many as one call should carry; at least one."""
        batch: list[EndedTest] = []
        records = characters = 0
        while self._ended:
            records += len(self._ended[0].records)
            characters += self._ended[0].characters
            if batch and (records > LARGEST_BATCH or characters > LARGEST_BATCH_CHARACTERS):
                break
            batch.append(self._remove())
        return batch

    def _remove(self) -> EndedTest:
        ended = self._ended.popleft()
        self._records -= len(ended.records)
        self._characters -= ended.characters
        return ended


def measure(record: Record) -> int:
    """Return about how many characters a row takes on its way."""
    details = record.get("details", {})
    bodies = (details.get("request_body"), details.get("response_body"))
    return BARE_RESULT_CHARACTERS + sum(len(body) for body in bodies if body)
