"""Reads one answer out of the bytes of a connection."""

import time

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from app.engine.errors import TransportError
from app.engine.transports.body import BodyCollector
from app.engine.transports.progress import Progress

MAXIMUM_HEAD_BYTES = 256 * 1024
# Chunks of one byte each are six bytes long; beyond that it is no body that fills the connection.
MAXIMUM_OVERHEAD = 8

_NO_BODY = BodyCollector(0)
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_SWITCHING_PROTOCOLS = 101
_BODILESS = frozenset({204, 304})


class MalformedAnswerError(Exception):
    """What came is not HTTP, or is not all of an answer."""


class Answer:
    """Takes bytes until `is_complete`; the parser calls the methods whose names begin with `on_`."""

    def __init__(self, method: str, body_limit: int, progress: Progress) -> None:
        self._method = method
        self._body_limit = body_limit
        self._progress = progress
        self._parser = HttpResponseParser(self)
        self._received = 0
        self._body_received = 0
        self._failure: TransportError | None = None
        self._encodings: list[str] = []
        self._says_length = False
        self.status_code = 0
        self.headers: list[tuple[str, str]] = []
        self.body = _NO_BODY
        self.first_byte_at: float | None = None
        self.has_head = False
        self.is_complete = False
        self.keeps_connection = False

    @property
    def http_version(self) -> str:
        return self._parser.get_http_version()

    def feed(self, data: bytes) -> None:
        """Raise MalformedAnswerError or TransportError when this cannot become an answer."""
        if self.first_byte_at is None:
            self.first_byte_at = time.perf_counter()
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._end(keeps_connection=False)
        except HttpParserError as error:
            self._fail_unless_complete(error)
        if self._received > MAXIMUM_HEAD_BYTES + MAXIMUM_OVERHEAD * self._body_received:
            raise MalformedAnswerError(f"more than {MAXIMUM_HEAD_BYTES} bytes of headers")

    def _fail_unless_complete(self, error: HttpParserError) -> None:
        self.keeps_connection = False
        if self._failure is not None:
            raise self._failure
        if not self.is_complete:
            raise MalformedAnswerError(str(error) or "this is not HTTP") from error

    def end(self) -> None:
        """The target closed the connection: this ends a body that did not say its length."""
        if not self.has_head:
            raise MalformedAnswerError("the target closed the connection")
        if self._says_length:
            raise MalformedAnswerError("the target closed the connection too early")
        self._end(keeps_connection=False)

    def on_message_begin(self) -> None:
        if self.is_complete:  # nobody asked for another one
            self.keeps_connection = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.has_head:  # a trailer
            return
        text = _decode(value)
        self.headers.append((_decode(name), text))
        lower = name.lower()
        if lower in _FRAMING:
            self._says_length = True
        elif lower == b"content-encoding":
            self._encodings.append(text)

    def on_headers_complete(self) -> None:
        if self.is_complete:
            return
        self.status_code = self._parser.get_status_code()
        if self._is_preliminary():
            return
        self.has_head = True
        self._progress.answered_at = time.perf_counter()
        self._prepare_body()
        if self._has_no_body():
            self._end(self._parser.should_keep_alive())

    def _prepare_body(self) -> None:
        try:
            self.body = BodyCollector(self._body_limit, ", ".join(self._encodings))
        except TransportError as error:
            self._failure = error
            raise
        self._progress.body = self.body

    def _is_preliminary(self) -> bool:
        return 100 <= self.status_code < 200 and self.status_code != _SWITCHING_PROTOCOLS

    def _has_no_body(self) -> bool:
        if self._method == "CONNECT" and 200 <= self.status_code < 300:
            return True
        return self._method == "HEAD" or self.status_code in _BODILESS

    def on_body(self, data: bytes) -> None:
        self._body_received += len(data)
        if self.is_complete:
            return
        try:
            if self.body.add(data):
                self._end(keeps_connection=False)
        except TransportError as error:
            self._failure = error
            raise

    def on_message_complete(self) -> None:
        if self._is_preliminary():
            self.headers.clear()
            self._encodings.clear()
            self._says_length = False
        elif not self.is_complete:
            self._end(self._parser.should_keep_alive())

    def _end(self, keeps_connection: bool) -> None:
        self.is_complete = True
        self.keeps_connection = keeps_connection


def _decode(text: bytes) -> str:
    """Headers have no encoding of their own: UTF-8 is usual, and Latin-1 fits everything."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
