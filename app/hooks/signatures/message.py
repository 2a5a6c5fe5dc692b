"""A delivery as it came in, and what a signature says about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

TOLERANCE: Final = timedelta(minutes=5)

_SECONDS = re.compile(rb"[1-9][0-9]{0,11}")
_DELIVERY_ID = re.compile(rb"[\x21-\x7e]{1,255}")


class SignatureMismatchError(Exception):
    """The message proves nothing; the text is for the log of the hook and never for the sender."""


class Coverage(StrEnum):
    """What of a delivery nobody can alter without the secret."""

    ID = "id"
    TIME = "time"
    BODY = "body"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Proof:
    """
    What a verified delivery can be recognised by.

    `fingerprint` is a digest of everything that was signed, or of the body where nothing was.
    """

    delivery_id: str | None
    fingerprint: str
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Message:
    """The headers, their names in lower case, and the body, both byte for byte."""

    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def find(self, name: str) -> bytes | None:
        """Return the value of a header; raises `SignatureMismatchError` when it is there twice."""
        wanted = name.lower().encode("ascii")
        values = [value for key, value in self.headers if key == wanted]
        if len(values) > 1:
            raise SignatureMismatchError(f"the header {name} is there {len(values)} times")
        return values[0] if values else None

    def get(self, name: str) -> bytes:
        """Return the value of a header; raises `SignatureMismatchError` unless it is there once."""
        value = self.find(name)
        if not value:
            raise SignatureMismatchError(f"the header {name} is missing")
        return value

    def find_id(self, *names: str) -> str | None:
        """Return the first of these headers that is there, as the id of the delivery."""
        present = (value for name in names if (value := self.find(name)))
        value = next(present, None)
        if value is None:
            return None
        if not _DELIVERY_ID.fullmatch(value):
            raise SignatureMismatchError(
                "the id of the delivery is not 1 to 255 printable characters"
            )
        return value.decode("ascii")


def check_time(value: bytes, now: datetime) -> None:
    """Raise `SignatureMismatchError` when the second since 1970 is further from now than `TOLERANCE`."""
    if not _SECONDS.fullmatch(value):
        raise SignatureMismatchError("the timestamp is not a number of seconds")
    if abs(int(value) - now.timestamp()) > TOLERANCE.total_seconds():
        raise SignatureMismatchError("the timestamp is outside the tolerance of five minutes")


def make_fingerprint(content: bytes) -> str:
    """Return the digest that a delivery with this content is recognised by."""
    return sha256(content).hexdigest()
