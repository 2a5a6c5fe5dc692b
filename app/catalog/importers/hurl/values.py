"""Texts, numbers and patterns in Hurl files."""

import re
from typing import Final

from app.catalog.importers.hurl.cursor import Cursor
from app.catalog.importers.hurl.syntax import Value
from app.engine.json_values import JsonValue

_QUOTED: Final = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_PATTERN: Final = re.compile(r"/((?:[^/\\\n]++|\\[^\n])*+)/")
_ONELINE: Final = re.compile(r"`((?:[^`\\\n]++|\\[^\n])*+)`")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,3})?(?![\w.])")
_KEYWORD: Final = re.compile(r"(true|false|null)\b")
_PLACEHOLDER: Final = re.compile(r"\{\{[^{}\n]{1,200}\}\}")
_BYTES: Final = re.compile(r"(?:hex|base64|file),[^;\n]{0,100000};")
_KEYWORDS: Final[dict[str, JsonValue]] = {"true": True, "false": False, "null": None}
_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.))", re.DOTALL)
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_FENCE: Final = "```"
_FENCE_TYPE: Final = re.compile(r"[a-z]{0,20}(?:,[a-zA-Z,]{0,50})?[ \t]*\n")


def decode(raw: str) -> str:
    """Return a text without its escapes."""
    return _ESCAPE.sub(_replace, raw) if "\\" in raw else raw


def _replace(match: re.Match[str]) -> str:
    if match[1] is None:
        return _LETTERS.get(match[2], match[2])
    code = int(match[1], 16)
    is_character = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if is_character else "\ufffd"


def take_value(cursor: Cursor) -> Value | None:
    """Return the value that begins here, if one does."""
    if cursor.text.startswith(_FENCE, cursor.at):
        return Value("text", take_fenced(cursor)[1])
    if match := cursor.take(_PATTERN):
        return Value("pattern", match[1].replace("\\/", "/"))
    if match := cursor.take(_NUMBER):
        is_whole = match[0].lstrip("-").isdecimal()
        return Value("literal", match[0], int(match[0]) if is_whole else float(match[0]))
    if match := cursor.take(_KEYWORD):
        return Value("literal", match[0], _KEYWORDS[match[0]])
    if match := cursor.take(_PLACEHOLDER):
        return Value("placeholder", match[0])
    return Value("bytes", match[0]) if (match := cursor.take(_BYTES)) else _take_text(cursor)


def _take_text(cursor: Cursor) -> Value | None:
    for mark, pattern in (('"', _QUOTED), ("`", _ONELINE)):
        if cursor.text.startswith(mark, cursor.at):
            match = cursor.take(pattern)
            if match is None:
                raise cursor.refuse(f"A text in {mark} is never closed")
            return Value("text", decode(match[1]))
    return None


def take_fenced(cursor: Cursor) -> tuple[str, str]:
    """Return the type and the content of a text between lines of three backticks."""
    line = cursor.line
    cursor.at += len(_FENCE)
    match = cursor.take(_FENCE_TYPE)
    content = cursor.take_until(_FENCE, "A text in three backticks", line)
    return (match[0].strip().partition(",")[0] if match else "", content)
