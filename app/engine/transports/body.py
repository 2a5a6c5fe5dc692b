"""Collects the body of an answer: decoded as its headers say, and cut at a limit."""

import zlib
from collections.abc import Iterable, Iterator

from app.engine.transfer import Transfer
from app.engine.transport import PreparedRequest
from app.engine.transports.failures import misencoded

ACCEPTED_ENCODINGS = "gzip, deflate"

PIECE_BYTES = 64 * 1024
MAXIMUM_ENCODINGS = 5

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_WINDOWS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


class BodyCollector:
    """
    Takes a body piece by piece and keeps at most `limit` bytes of what it says.

    Encodings that are not ours (`br`) leave the body as it came. Never holds more than the limit
    and one piece, however much a few compressed bytes stand for.
    """

    def __init__(self, limit: int, content_encoding: str | None = None) -> None:
        self._limit = limit
        self._content = bytearray()
        self._inflaters = _build_inflaters(content_encoding) if content_encoding else ()
        self.is_truncated = False

    def __len__(self) -> int:
        return len(self._content)

    def add(self, data: bytes) -> bool:
        """Take a piece; True when the limit is passed and the rest need not be read."""
        pieces: Iterable[bytes] = (data,)
        for inflater in self._inflaters:
            pieces = inflater.iter_inflated(pieces)
        return any(map(self._keep, pieces))

    def _keep(self, piece: bytes) -> bool:
        self._content += piece
        if len(self._content) > self._limit:
            del self._content[self._limit :]
            self.is_truncated = True
        return self.is_truncated

    def conclude(self) -> bytes:
        """The body after its last piece; raise TransportError when its encoding ends too early."""
        if not self.is_truncated:
            for inflater in self._inflaters:
                inflater.check_end()
        return bytes(self._content)


class _Inflater:
    """Undoes one compression, in pieces of bounded size."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream = zlib.decompressobj(window)
        self._has_started = False

    def iter_inflated(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            rest = piece
            # What follows the end of the stream is no part of it.
            while rest and not self._stream.eof:
                yield self._inflate(rest)
                rest = self._stream.unconsumed_tail

    def _inflate(self, data: bytes) -> bytes:
        try:
            return self._stream.decompress(data, PIECE_BYTES)
        except zlib.error as error:
            # Some servers send `deflate` without the header that it should have.
            if self._window != _ZLIB or self._has_started:
                raise misencoded(str(error)) from error
            self._window, self._stream = _RAW, zlib.decompressobj(_RAW)
            return self._inflate(data)
        finally:
            self._has_started = True

    def check_end(self) -> None:
        if self._has_started and not self._stream.eof:
            raise misencoded("the compressed data end too early")


def _build_inflaters(content_encoding: str) -> tuple[_Inflater, ...]:
    """Last encoding first; one that is not known ends the row."""
    names = [name.strip().lower() for name in content_encoding.split(",")]
    if len(names) > MAXIMUM_ENCODINGS:
        raise misencoded(f"more than {MAXIMUM_ENCODINGS} encodings")
    inflaters: list[_Inflater] = []
    for name in reversed(names):
        if name not in _WINDOWS:
            break
        inflaters.append(_Inflater(_WINDOWS[name]))
    return tuple(inflaters)


def get_body_limit(transfer: Transfer, maximum: int) -> int:
    """Bytes to keep of a body: as the test says, but no more than `maximum`."""
    wanted = transfer.maximum_body_bytes
    return maximum if wanted is None else min(wanted, maximum)


def get_accepted_encodings(transfer: Transfer) -> str:
    """The value of Accept-Encoding for a request that does not say itself what it accepts."""
    return ACCEPTED_ENCODINGS if transfer.accepts_compression else "identity"


def list_headers(request: PreparedRequest) -> list[tuple[str, str]]:
    """Those of the request, and which encodings it may be answered in."""
    headers = list(request.headers)
    if all(name.lower() != "accept-encoding" for name, _ in headers):
        headers.append(("Accept-Encoding", get_accepted_encodings(request.transfer)))
    return headers
