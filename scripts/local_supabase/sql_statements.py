"""Splits a SQL file into statements, so that an error can name the one it is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
      (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*')
    | (?P<text>'(?:[^']|'')*')
    | (?P<identifier>"(?:[^"]|"")*")
    | (?P<dollar>\$(?:[A-Za-z_]\w*)?\$)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)
BLOCK_MARK = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and the number of its first line, counted from 1."""

    text: str
    line: int


def split_statements(source: str) -> Iterator[Statement]:
    """Yield the statements without their semicolons; text that is only comments is dropped."""
    start = position = 0
    has_content = False
    atomic = _AtomicBody()
    while token := TOKEN.search(source, position):
        has_content = has_content or bool(source[position : token.start()].strip())
        position = _find_end(source, token)
        kind = token.lastgroup
        if kind == "end" and not atomic.is_open:
            if has_content:
                yield _build_statement(source, start, token.start())
            start, has_content = position, False
        elif kind not in ("comment", "block"):
            has_content = True
        if kind == "word":
            atomic.read(token.group().lower())
    if has_content or source[position:].strip():
        yield _build_statement(source, start, len(source))


class _AtomicBody:
    """Semicolons inside `begin atomic ... end` do not end the statement; `case` also ends with `end`."""

    def __init__(self) -> None:
        self._depth = 0
        self._previous = ""

    @property
    def is_open(self) -> bool:
        return self._depth > 0

    def read(self, word: str) -> None:
        opens_body = word == "atomic" and self._previous == "begin"
        if opens_body or (self.is_open and word == "case"):
            self._depth += 1
        elif self.is_open and word == "end":
            self._depth -= 1
        self._previous = word


def _find_end(source: str, token: re.Match[str]) -> int:
    if token.lastgroup == "dollar":
        end = source.find(token.group(), token.end())
        return len(source) if end < 0 else end + len(token.group())
    if token.lastgroup == "block":
        return _find_block_end(source, token.end())
    return token.end()


def _find_block_end(source: str, position: int) -> int:
    """Block comments nest."""
    depth = 1
    while depth and (mark := BLOCK_MARK.search(source, position)):
        depth += 1 if mark.group() == "/*" else -1
        position = mark.end()
    return position if not depth else len(source)


def _build_statement(source: str, start: int, end: int) -> Statement:
    text = source[start:end]
    leading = len(text) - len(text.lstrip())
    return Statement(text.strip(), source.count("\n", 0, start + leading) + 1)
