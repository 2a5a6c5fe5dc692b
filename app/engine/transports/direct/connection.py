"""One connection: sends a message, and waits for the answer to it."""

import asyncio
import time
from typing import cast

from app.engine.errors import TransportError
from app.engine.transports.direct.answer import Answer, MalformedAnswerError
from app.engine.transports.direct.watch import Watch


class LostConnectionError(ConnectionError):
    """The connection ended before anything of an answer came."""


class Connection(asyncio.Protocol):
    """
    A protocol of asyncio; serves one exchange at a time.

    `phases` are the milliseconds that opening it took, by name, until somebody took them.
    """

    def __init__(self, *, begins_with_tls: bool = False) -> None:
        self._begins_with_tls = begins_with_tls
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: Answer | None = None
        self._done: asyncio.Future[None] | None = None
        self._watch = Watch(self._fail)
        self.phases: dict[str, float] = {}
        self.sent_at = 0.0
        self.idle_since = 0.0

    @property
    def transport(self) -> asyncio.Transport:
        """What the protocol runs on; raise LostConnectionError when there is none any more."""
        if self._transport is None:
            raise LostConnectionError("the connection is closed")
        return self._transport

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.use(cast("asyncio.Transport", transport))
        if self._begins_with_tls:
            self.transport.pause_reading()  # what comes is for TLS, which goes on reading

    def use(self, transport: asyncio.Transport) -> None:
        """Speak over this one from now on: TLS has begun."""
        self._transport = transport
        # Nothing waits unseen, so that `sent_at` is when the last byte went out.
        transport.set_write_buffer_limits(high=0)

    async def exchange(
        self, message: bytes, answer: Answer, timeout: float, silence: float | None = None
    ) -> None:
        """
        Send, and return when the answer is complete.

        Raise MalformedAnswerError, LostConnectionError or TransportError; TimeoutError when it
        took longer than `timeout` seconds, SilentTargetError when nothing came for `silence`
        seconds. After any of them, and when cancelled, the connection is of no more use.
        """
        self._answer, self._done = answer, self._loop.create_future()
        self.sent_at = time.perf_counter()
        self.transport.write(message)
        self._watch.begin(timeout, silence)
        try:
            await self._done
        finally:
            self._answer = self._done = None
            self._watch.end()

    def take_phases(self) -> dict[str, float]:
        """How long opening it took; told once, to the exchange that it was opened for."""
        phases, self.phases = self.phases, {}
        return phases

    def find_certificate(self) -> bytes | None:
        """The target's, as it was sent (DER); None without TLS or once it is closed."""
        transport = self._transport
        connection = transport.get_extra_info("ssl_object") if transport is not None else None
        return None if connection is None else connection.getpeercert(binary_form=True)

    def close(self) -> None:
        """Close at once, whatever is still to be sent."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._watch.hear()
        if self._answer is None:  # nobody asked
            self.close()
            return
        try:
            self._answer.feed(data)
        except (MalformedAnswerError, TransportError) as error:
            self._fail(error)
        else:
            self._finish_if_complete(self._answer)

    def resume_writing(self) -> None:
        self.sent_at = time.perf_counter()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._watch.close()
        if self._answer is None:
            return
        reason = str(exc or "the target closed the connection")
        if self._answer.first_byte_at is None:
            self._fail(LostConnectionError(reason))
        elif exc is not None:
            self._fail(MalformedAnswerError(reason))
        else:
            self._end(self._answer)

    def _end(self, answer: Answer) -> None:
        try:
            answer.end()
        except (MalformedAnswerError, TransportError) as error:
            self._fail(error)
        else:
            self._finish_if_complete(answer)

    def _finish_if_complete(self, answer: Answer) -> None:
        if answer.is_complete and self._done is not None and not self._done.done():
            self._done.set_result(None)

    def _fail(self, error: Exception) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(error)
