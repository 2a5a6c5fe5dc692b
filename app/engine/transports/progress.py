"""How far an exchange came: for its times, and for the message when it fails."""

import time
from collections.abc import Sized
from dataclasses import dataclass, field

from app.core.clock import to_milliseconds


@dataclass(slots=True)
class Progress:
    """The moments of one exchange on the monotonic clock."""

    started_at: float = field(default_factory=time.perf_counter)
    answered_at: float | None = None
    body: Sized = ()

    def get_phases(self) -> dict[str, float]:
        """Milliseconds until the headers of the answer, and from there to its end."""
        if self.answered_at is None:
            return {}
        return {
            "first_byte_ms": to_milliseconds(self.answered_at - self.started_at),
            "download_ms": to_milliseconds(time.perf_counter() - self.answered_at),
        }

    def get_elapsed_ms(self) -> float:
        """Milliseconds since the exchange began."""
        return to_milliseconds(time.perf_counter() - self.started_at)

    def describe(self) -> str:
        """What there is of an answer."""
        if self.answered_at is None:
            return "no answer"
        return f"an incomplete answer ({len(self.body)} bytes of the body)"
