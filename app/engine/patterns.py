"""
Regular expressions that cannot hold the process up, whatever their author wrote.

A search that takes longer than `MATCH_SECONDS` is given up with TimeoutError.
"""

from functools import lru_cache

import regex

from app.engine.pattern_size import is_reasonable

MATCH_SECONDS = 0.1
MAXIMUM_PATTERN_CHARACTERS = 1_000


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> regex.Pattern[str]:
    """Compile once; raise `regex.error` for what is not a regular expression, or one too large."""
    if not is_reasonable(pattern):
        raise regex.error("it repeats too much")
    return regex.compile(pattern)


def find_pattern_fault(pattern: object) -> str | None:
    """Why this cannot be used as a regular expression, or None when it can."""
    if not isinstance(pattern, str) or len(pattern) > MAXIMUM_PATTERN_CHARACTERS:
        return f"needs a pattern of at most {MAXIMUM_PATTERN_CHARACTERS} characters"
    try:
        compile_pattern(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        return f"'{pattern}' is not a regular expression: {error}"
    return None


def is_found(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text; raise TimeoutError."""
    return _search(pattern, text) is not None


def find_group(pattern: str, text: str) -> str | None:
    """What the first group matched, or the whole pattern without groups; raise TimeoutError."""
    match = _search(pattern, text)
    if match is None:
        return None
    return match.group(1 if match.re.groups else 0)


def replace_all(pattern: str, replacement: str, text: str) -> str:
    """Put the replacement, as it is, where the pattern matches; raise TimeoutError."""
    return compile_pattern(pattern).sub(lambda _: replacement, text, timeout=MATCH_SECONDS)


def _search(pattern: str, text: str) -> regex.Match[str] | None:
    return compile_pattern(pattern).search(text, timeout=MATCH_SECONDS)
