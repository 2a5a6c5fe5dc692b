"""Names and keys of copies: like those of the originals, and free."""

from collections.abc import Collection
from itertools import count
from typing import Final

LONGEST_KEY: Final = 63
LONGEST_NAME: Final = 200


def name_copy(name: str, taken: Collection[str]) -> str:
    """Return `Login (copy)`, or with the first number that makes it free."""
    return _find_free(name, [" (copy)", " (copy {})"], taken, LONGEST_NAME)


def key_copy(key: str, taken: Collection[str]) -> str:
    """Return `login-copy`, or with the first number that makes it free."""
    return _find_free(key, ["-copy", "-copy-{}"], taken, LONGEST_KEY)


def _find_free(text: str, suffixes: list[str], taken: Collection[str], longest: int) -> str:
    first, numbered = suffixes
    for number in count(1):
        suffix = first if number == 1 else numbered.format(number)
        found = f"{text[: longest - len(suffix)]}{suffix}"
        if found not in taken:
            return found
    raise AssertionError
