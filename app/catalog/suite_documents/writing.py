"""Writes YAML that reads well, differs little, and means the same to readers of YAML 1.1 and 1.2."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from app.engine.json_values import JsonObject, JsonValue

INDENTATION: Final = 2
# Longer names would not be recognized in front of a colon.
LONGEST_SIMPLE_NAME: Final = 400

# Begins like a word or a path; no `: `, ` #`, and nothing that ends with a colon or a space.
_PLAIN: Final = re.compile(r"[A-Za-z_/$(\u00a1-\U0010ffff](?:[^:#\n]|:(?=[^ ])|(?<! )#)*(?<! )")
# Words that some reader takes for something other than a text.
_TAKEN_WORDS: Final = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity")
)
# What no terminal, editor or diff shows as it is, breaks of lines included.
_INVISIBLE: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f"
    "\u3000\ufeff\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_TAB_OR_BREAK: Final = re.compile("[\t\n]")
_SPACE_AT_END: Final = re.compile(r"[ \t](?:\n|\Z)")
_NONCHARACTER: Final = re.compile(
    "["
    + "".join(chr((plane << 16) + low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_SHORT_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_TO_ESCAPE: Final = re.compile(f'["\\\\\\n\\t]|{_INVISIBLE.pattern}|{_NONCHARACTER.pattern}')


def write_yaml(document: JsonObject) -> str:
    """
    Return the text of an object: block style, names in the order that they have.

    The items of lists in the outermost object are set apart by empty lines. Texts must not hold
    halves of surrogate pairs.
    """
    return "".join(f"{line}\n" for line in _write_outermost(document)) or "{}\n"


def to_json_number(number: float) -> int | float:
    """Return a number as it comes back from the database, which knows decimal numbers only."""
    text = repr(number)
    if "e" in text and number == int(number):
        return int(Decimal(text))
    return number or 0.0


def _write_outermost(document: JsonObject) -> Iterator[str]:
    for name, item in document.items():
        shown = _write_text(name)
        if not isinstance(item, list) or not item or len(shown) > LONGEST_SIMPLE_NAME:
            yield from _write_pair(name, item, 0)
            continue
        yield f"{shown}:"
        for position, entry in enumerate(item):
            if position:
                yield ""
            yield from _write_entry(entry, INDENTATION)


def _write_pair(name: str, value: JsonValue, indent: int) -> Iterator[str]:
    """The lines of `name: value` in an object at a column."""
    margin = " " * indent
    shown = _write_text(name)
    if len(shown) > LONGEST_SIMPLE_NAME:
        yield f"{margin}? {shown}"
        shown = ""
    if isinstance(value, dict) and value:
        yield f"{margin}{shown}:"
        for key, item in value.items():
            yield from _write_pair(key, item, indent + INDENTATION)
    elif isinstance(value, list) and value:
        yield f"{margin}{shown}:"
        for item in value:
            yield from _write_entry(item, indent + INDENTATION)
    else:
        yield from _write_item(f"{margin}{shown}: ", value, indent)


def _write_entry(value: JsonValue, indent: int) -> Iterator[str]:
    """The lines of `- value` in a list at a column."""
    margin = " " * indent
    if isinstance(value, dict | list) and value:
        lines = (
            (line for key, item in value.items() for line in _write_pair(key, item, indent + 2))
            if isinstance(value, dict)
            else (line for item in value for line in _write_entry(item, indent + 2))
        )
        yield f"{margin}- {next(lines)[indent + 2 :]}"
        yield from lines
    else:
        yield from _write_item(f"{margin}- ", value, indent)


def _write_item(prefix: str, value: JsonValue, indent: int) -> Iterator[str]:
    """A scalar or an empty collection behind what comes before it on its line."""
    if isinstance(value, str) and _reads_well_as_block(value):
        yield from _write_block(prefix, value, indent)
    else:
        yield f"{prefix}{_write_inline(value)}"


def _write_inline(value: JsonValue) -> str:
    if isinstance(value, str):
        return _write_text(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # Without a point, `1e-07` is a text to readers of YAML 1.1.
        mantissa, mark, exponent = repr(value).partition("e")
        return repr(value) if not mark or "." in mantissa else f"{mantissa}.0e{exponent}"
    return str(value) if isinstance(value, int) else "{}" if isinstance(value, dict) else "[]"


def _write_text(text: str) -> str:
    is_visible = not _TO_ESCAPE.search(text.replace('"', "").replace("\\", ""))
    if is_visible and _PLAIN.fullmatch(text) and text.lower() not in _TAKEN_WORDS:
        return text
    if is_visible and ('"' in text or "\\" in text):
        quoted = text.replace("'", "''")
        return f"'{quoted}'"
    escaped = _TO_ESCAPE.sub(lambda match: _escape(match[0]), text)
    return f'"{escaped}"'


def _escape(character: str) -> str:
    number = ord(character)
    short = _SHORT_ESCAPES.get(character)
    if short is not None:
        return short
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _reads_well_as_block(text: str) -> bool:
    """Several lines that a block shows exactly, and that an editor does not spoil."""
    return (
        "\n" in text.rstrip("\n")
        and not text.startswith("\n")
        and not text.endswith("\n\n")
        and not _SPACE_AT_END.search(text)
        and not _TO_ESCAPE.search(_TAB_OR_BREAK.sub("", text).replace('"', "").replace("\\", ""))
    )


def _write_block(prefix: str, text: str, indent: int) -> Iterator[str]:
    # Where the first line is indented itself, its indentation cannot tell that of the block.
    indicator = str(INDENTATION) if text[0] in " \t" else ""
    chomping = "" if text.endswith("\n") else "-"
    yield f"{prefix}|{indicator}{chomping}"
    margin = " " * (indent + INDENTATION)
    for line in text.removesuffix("\n").split("\n"):
        yield f"{margin}{line}" if line else ""
