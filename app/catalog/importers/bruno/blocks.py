"""Splits `.bru` files into blocks; from top to bottom, every line once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.catalog.importers.bruno.model import Field
from app.catalog.importers.composing.texts import invalid

_OPEN: Final = re.compile(r"([a-z][A-Za-z0-9:_-]{0,60})[ \t]*([{\[])[ \t]*")
_TEXT_BLOCKS: Final = re.compile(
    r"body(:(json|text|xml|sparql|graphql|graphql:vars))?|script:[a-z-]+|tests|docs|example"
)
_PAIR: Final = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|[^:]*):[ \t]*(.*)", re.DOTALL)
# `@description("Who pays")` says something of the pair behind it.
_ANNOTATION: Final = re.compile(r"@[^()\s:]{1,60}(?:\(.*\))?", re.DOTALL)
_LIST: Final = re.compile(r"[^:]*:[ \t]*\[[ \t]*")
_CLOSING: Final = {"{": "}", "[": "]"}
_FENCE: Final = "'''"


@dataclass(slots=True)
class Block:
    """`name { ... }` or `name [ ... ]` without the first and the last line; `line` is the first."""

    name: str
    line: int
    lines: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        """The content without the indentation that every line has."""
        return "\n".join(line.removeprefix("  ") for line in self.lines)

    def list_fields(self) -> list[Field]:
        """Return the pairs; `~` marks what is not enabled."""
        return [field for field, _ in self.iter_numbered()]

    def iter_numbered(self) -> Iterator[tuple[Field, int]]:
        """Yield the pairs with their lines; raise `DocumentInvalidError` for what is no pair."""
        for number, text in _join_lines(self.lines):
            line = self.line + 1 + number
            if not text.strip() or _ANNOTATION.fullmatch(text.strip()):
                continue
            match = _PAIR.fullmatch(text.strip())
            if match is None:
                raise invalid(f"The block {self.name} has a line without a name", line)
            name = match[1].strip().removeprefix("~").strip()
            enabled = not match[1].lstrip().startswith("~")
            yield Field(_unquote(name), _unfence(match[2].strip()), enabled), line

    def list_names(self) -> list[str]:
        """Return the entries of a list."""
        entries = (entry.strip() for line in self.lines for entry in line.split(","))
        return [entry.removeprefix("~").removeprefix("@") for entry in entries if entry]


def split_blocks(text: str) -> list[Block]:
    """Return the blocks; raise `DocumentInvalidError` naming the line."""
    blocks: list[Block] = []
    closing: str | None = None
    is_fenced = False
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if closing is None:
            closing = _open(line, number, blocks)
        elif line.rstrip() == closing and not is_fenced:
            closing = None
        else:
            blocks[-1].lines.append(line)
            is_text = _TEXT_BLOCKS.fullmatch(blocks[-1].name) is not None
            is_fenced = not is_text and is_fenced != (line.count(_FENCE) % 2 == 1)
    if closing is not None:
        raise invalid(f"The block {blocks[-1].name} is never closed", blocks[-1].line)
    return blocks


def _open(line: str, number: int, blocks: list[Block]) -> str | None:
    if not line.strip():
        return None
    match = _OPEN.fullmatch(line)
    if match is None:
        raise invalid("A block such as get { is expected", number)
    blocks.append(Block(match[1], number))
    return _CLOSING[match[2]]


def _join_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Lines between two ''' belong to one pair, and so do those of a list."""
    waiting: list[str] = []
    first = 0
    for number, line in enumerate(lines):
        first = first if waiting else number
        waiting.append(line)
        if _is_complete(waiting[0], line, len(waiting)):
            yield first, "\n".join(waiting)
            waiting = []
    if waiting:
        yield first, "\n".join(waiting)


def _is_complete(first: str, last: str, count: int) -> bool:
    if _LIST.fullmatch(first):
        return last.strip() == "]"
    return sum(part.count(_FENCE) for part in (first, last)[:count]) % 2 == 0


def read_list(value: str) -> tuple[str, ...]:
    """Return the entries of a value such as `[a b]`, one in a line."""
    inner = value.strip().removeprefix("[").removesuffix("]")
    return tuple(entry.strip() for entry in inner.split("\n") if entry.strip())


def _unquote(name: str) -> str:
    is_quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return name[1:-1].replace('\\"', '"') if is_quoted else name


def _unfence(value: str) -> str:
    if not value.startswith(_FENCE):
        return value
    inner = value.removeprefix(_FENCE).rpartition(_FENCE)[0].strip("\n")
    return "\n".join(line.removeprefix("    ") for line in inner.split("\n"))
