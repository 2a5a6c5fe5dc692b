"""What one viewer saw."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Sight:
    """Numbers of events as they came; `arrivals` pairs the newest one with the moment it came."""

    first_seq: int | None = None
    last_seq: int = 0
    received: int = 0
    lost: int = 0
    twice: int = 0
    bytes: int = 0
    was_broken: bool = False
    arrivals: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])

    def take(self, seqs: Iterator[int]) -> None:
        """Take in the numbers that came together; the first ever is that of the snapshot."""
        now = time.monotonic()
        before = self.last_seq
        for seq in seqs:
            if self.first_seq is None:
                self.first_seq = self.last_seq = before = seq
                continue
            self.received += 1
            self.twice += seq <= self.last_seq
            self.lost += max(0, seq - self.last_seq - 1)
            self.last_seq = max(self.last_seq, seq)
        if self.last_seq > before:
            self.arrivals.append((self.last_seq, now))

    def to_document(self) -> dict[str, Any]:
        return asdict(self)
