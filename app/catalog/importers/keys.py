"""Keys of cases from the names that documents give."""

import re

LONGEST_KEY = 63
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")


class KeyMaker:
    """Makes keys that differ from each other: `create-user`, `create-user-2`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def make(self, name: str) -> str:
        """Return a new key that resembles the name."""
        words = _OTHER.sub("-", _WORD_START.sub("-", name).lower()).strip("-") or "case"
        key = words[:LONGEST_KEY].rstrip("-")
        number = 1
        while key in self._taken:
            number += 1
            ending = f"-{number}"
            key = words[: LONGEST_KEY - len(ending)].rstrip("-") + ending
        self._taken.add(key)
        return key
