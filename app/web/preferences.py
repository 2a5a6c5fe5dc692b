"""What callers would like (`Prefer`, RFC 7240); a preference that is not understood is ignored."""

import re
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Depends, Header
from pydantic import WithJsonSchema

LONGEST_WAIT: Final = timedelta(seconds=60)
_WAIT: Final = re.compile(r'wait\s*=\s*"?(\d{1,6})"?\s*(?:;.*)?', re.IGNORECASE)


def find_wait(preferences: list[str]) -> timedelta | None:
    """Return how long the caller would wait for an answer, at most `LONGEST_WAIT`; the first counts."""
    for entry in ",".join(preferences).split(","):
        if wanted := _WAIT.fullmatch(entry.strip()):
            return min(timedelta(seconds=int(wanted[1])), LONGEST_WAIT)
    return None


async def read_wait(
    prefer: Annotated[
        list[str] | None,
        # Several fields are one field with commas between them: clients send one text.
        WithJsonSchema({"type": "string", "maxLength": 100, "examples": ["wait=30"]}),
        Header(
            alias="Prefer",
            max_length=10,
            description="`wait=30` has the answer wait for the end, at most so many seconds and "
            "never longer than 60; `Preference-Applied` says how long.",
        ),
    ] = None,
) -> timedelta | None:
    """Return how long the caller would wait, None for not at all."""
    return find_wait(prefer or [])


PreferredWait = Annotated[timedelta | None, Depends(read_wait)]
