"""
Regular expressions that cannot hold the process up, whatever their author wrote.

A pattern that takes longer than `MATCH_SECONDS` on a text counts as not matching it.
"""

from functools import lru_cache
from typing import Protocol

import regex
from jsonpath.function_extensions import Match, Search

MATCH_SECONDS = 0.1


class _Attempt(Protocol):
    def __call__(self, string: str, *, timeout: float) -> object: ...


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> regex.Pattern[str]:
    """Compile once; raise `regex.error` for what is not a regular expression."""
    return regex.compile(pattern)


def is_found(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text."""
    return _try(compile_pattern(pattern).search, text)


class BoundedMatch(Match):
    """The function `match` of JSONPath (RFC 9535, section 2.4.6)."""

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        compiled = self.check_cache(pattern)
        return isinstance(compiled, regex.Pattern) and _try(compiled.fullmatch, value)


class BoundedSearch(Search):
    """The function `search` of JSONPath (RFC 9535, section 2.4.7)."""

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        compiled = self.check_cache(pattern)
        return isinstance(compiled, regex.Pattern) and _try(compiled.search, value)


def _try(attempt: _Attempt, text: str) -> bool:
    try:
        return attempt(text, timeout=MATCH_SECONDS) is not None
    except TimeoutError:
        return False
