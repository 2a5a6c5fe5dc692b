"""
How large a regular expression becomes when it is compiled.

The library writes every repetition out as often as it must occur at least: `((a{900}){900}){900}` would
take all memory before a search could be given up.
"""

import re

MAXIMUM_ELEMENTS = 20_000

# In verbose patterns and those of version 1, brackets do not mean what they mean elsewhere.
_UNKNOWN_SYNTAX = re.compile(r"\(\?[a-zA-Z0-9-]*(?:x|V1)")
_TOKEN = re.compile(
    r"""(?P<comment>\(\?\#[^)]*\))
      | (?P<open>\()
      | (?P<close>\))
      | \{(?P<least>[0-9]+)(?:,[0-9]*)?\}
      | \\. | \[\^?\]?(?:\[:\^?[a-zA-Z_]+:\] | \\. | [^\]\\])*\] | .""",
    re.VERBOSE | re.DOTALL,
)


def is_reasonable(pattern: str) -> bool:
    """Whether it can be compiled in little time and memory."""
    if _UNKNOWN_SYNTAX.search(pattern):
        return "{" not in pattern
    return _count_elements(pattern) <= MAXIMUM_ELEMENTS


def _count_elements(pattern: str) -> int:
    """Elements written out; for every group that is open, those of the parts in it."""
    groups: list[list[int]] = [[]]
    for token in _TOKEN.finditer(pattern):
        parts = groups[-1]
        if token.lastgroup == "open":
            groups.append([])
        elif token.lastgroup == "close" and len(groups) > 1:
            groups.pop()
            groups[-1].append(1 + sum(parts))
        elif token.lastgroup == "least" and parts:
            parts[-1] *= max(1, int(token["least"][:9]))
        elif token.lastgroup != "comment":
            parts.append(1)
    return sum(map(sum, groups))
