"""What one connection may cost."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a connection; the defaults are those of hosted Realtime where it has them."""

    waiting_frames: int = 2_000
    idle: timedelta = timedelta(seconds=60)
    frame_bytes: int = 5_000_000
    payload_bytes: int = 3_000_000
    channels: int = 100
    database_wait: timedelta = timedelta(seconds=10)
