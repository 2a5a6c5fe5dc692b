"""Limits of a run."""

from dataclasses import dataclass, field

from app.core.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Retries wait `retry_initial_seconds`, doubling up to `retry_maximum_seconds`, plus jitter."""

    concurrency: int = 16
    retry_initial_seconds: float = 0.2
    retry_maximum_seconds: float = 5.0
    retry_jitter_seconds: float = 0.2
    evidence_characters: int = 64 * 1024
    event_buffer: int = 256
    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        if self.concurrency < 1 or self.event_buffer < 1:
            raise ValueError("concurrency and event_buffer must be at least 1")
