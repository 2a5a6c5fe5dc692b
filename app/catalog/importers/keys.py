"""Keys of cases from the names that documents give."""

import re
from collections.abc import Iterable

LONGEST_KEY = 63
_KEY = re.compile(r"[a-z0-9_][a-z0-9_-]{0,62}")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def is_key(name: str) -> bool:
    """Say whether a name is a key as it is."""
    return _KEY.fullmatch(name) is not None


class KeyMaker:
    """Makes keys that differ from each other: `create-user`, `create-user-2`."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def make(self, name: str) -> str:
        """Return a new key that resembles the name; a free key stays as it is."""
        if is_key(name) and name not in self._taken:
            self._taken.add(name)
            return name
        words = _OTHER.sub("-", _WORD_START.sub("-", name).lower()).strip("-") or "case"
        key = words[:LONGEST_KEY].rstrip("-")
        number = 1
        while key in self._taken:
            number += 1
            ending = f"-{number}"
            key = words[: LONGEST_KEY - len(ending)].rstrip("-") + ending
        self._taken.add(key)
        return key
