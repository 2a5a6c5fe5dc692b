"""Filters that change texts."""

from collections.abc import Mapping
from typing import Final

from app.engine.json_values import JsonValue, render_text
from app.engine.templates.functions import (
    Filter,
    Function,
    InvalidArgumentError,
    check_size,
    read_any,
    read_text,
    read_whole,
)

MAXIMUM_PIECES = 100_000


def _replace(text: str, old: str, new: str) -> str:
    if not old:
        raise InvalidArgumentError("wants to know what to replace, not an empty text")
    check_size(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def _split(text: str, separator: str = ",") -> list[JsonValue]:
    if not separator:
        raise InvalidArgumentError("wants a separator that is not empty")
    if text.count(separator) >= MAXIMUM_PIECES:
        raise InvalidArgumentError(f"makes over {MAXIMUM_PIECES} pieces")
    return list(text.split(separator))


def _slice(text: str, start: int, end: int | None = None) -> str:
    return text[start:end]


def _pad(text: str, width: int, filler: str = "0") -> str:
    check_size(width)
    if len(filler) != 1:
        raise InvalidArgumentError("wants a single character to fill with")
    return text.rjust(width, filler)


def _escape(text: str) -> str:
    """For XML and HTML."""
    check_size(6 * len(text))
    for character, reference in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#39;"),
    ):
        text = text.replace(character, reference)
    return text


TEXT_FILTERS: Final[Mapping[str, Filter]] = {
    "lower": Filter(read_text, Function("lower", str.lower)),
    "upper": Filter(read_text, Function("upper", str.upper)),
    "capitalize": Filter(read_text, Function("capitalize", str.capitalize)),
    "trim": Filter(read_text, Function("trim", str.strip)),
    "string": Filter(read_any, Function("string", render_text)),
    "replace": Filter(
        read_text, Function('replace("old", "new")', _replace, (read_text, read_text), 2)
    ),
    "split": Filter(read_text, Function('split(",")', _split, (read_text,))),
    "slice": Filter(read_text, Function("slice(0, 8)", _slice, (read_whole, read_whole), 1)),
    "pad": Filter(read_text, Function('pad(8, "0")', _pad, (read_whole, read_text), 1)),
    "escape": Filter(read_text, Function("escape", _escape)),
}
