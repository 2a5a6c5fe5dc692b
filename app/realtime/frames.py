"""What viewers are sent at a time, encoded once for all of them."""

from dataclasses import dataclass, field

from app.realtime.models import Envelope


@dataclass(slots=True)
class Frame:
    """
    Envelopes that are due together.

    A viewer that was sent them has seen all events up to `last_seq` and the state of `version`.
    `announced_at` is when the newest of them was announced, on the clock's `monotonic`.
    """

    envelopes: tuple[Envelope, ...]
    last_seq: int
    version: int = 0
    announced_at: float | None = None
    _server_sent: bytes | None = field(default=None, repr=False)
    _message: str | None = field(default=None, repr=False)

    @property
    def server_sent(self) -> bytes:
        """The envelopes as server-sent events."""
        if self._server_sent is None:
            self._server_sent = b"".join(item.to_server_sent() for item in self.envelopes)
        return self._server_sent

    @property
    def message(self) -> str:
        """The envelopes as the JSON array that one WebSocket message is."""
        if self._message is None:
            self._message = encode_message(self.envelopes)
        return self._message


def encode_message(envelopes: tuple[Envelope, ...]) -> str:
    """Return envelopes as one message of a WebSocket."""
    return (b"[%b]" % b",".join(item.encoded for item in envelopes)).decode()
