"""Where bodies in Hurl files begin and end."""

import re
from typing import Final

from app.catalog.importers.composing.texts import invalid
from app.catalog.importers.hurl.cursor import Cursor
from app.catalog.importers.hurl.syntax import Body, BodyKind
from app.catalog.importers.hurl.values import decode, take_fenced

_BEGIN: Final = re.compile(
    r"[ \t]*(?=[{\[\"`<]|(?:hex|base64|file),|(?:true|false|null|-?[0-9][0-9.eE+-]{0,40})[ \t]*(?:#[^\n]*)?(?:\n|\Z))"
)
_NAMED: Final = re.compile(r"[ \t]*\{\{[^{}\n]{1,200}\}\}[\w.-]{0,200}[ \t]*:")
_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]]|[^"{}\[\]]+', re.DOTALL)
_SCALAR: Final = re.compile(r"[^\s#]{1,100}")
_ONELINE: Final = re.compile(r"`((?:[^`\\\n]++|\\[^\n])*+)`")
_FENCED: Final[dict[str, BodyKind]] = {
    "json": "json",
    "xml": "xml",
    "graphql": "graphql",
    "hex": "bytes",
    "base64": "bytes",
}
# What begins with the first ends with the second, whatever is between.
_BLOCKS: Final = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"), ("<", ">"))


def begins_body(cursor: Cursor) -> bool:
    """Say whether a body begins here."""
    return cursor.peek(_BEGIN) is not None and cursor.peek(_NAMED) is None


def take_body(cursor: Cursor) -> Body:
    """Return the body that begins here; raise `DocumentInvalidError` when it does not end."""
    cursor.take(_BEGIN)
    line, symbol = cursor.line, cursor.text[cursor.at]
    if cursor.text.startswith("```", cursor.at):
        kind, content = take_fenced(cursor)
        return _close(cursor, Body(_FENCED.get(kind, "text"), content, line))
    if symbol == "`":
        match = cursor.take(_ONELINE)
        if match is None:
            raise cursor.refuse("A text in ` is never closed")
        return _close(cursor, Body("text", decode(match[1]), line))
    if symbol == "<":
        return _close(cursor, Body("xml", _take_xml(cursor), line))
    if symbol in '{["':
        return _close(cursor, Body("json", _take_json(cursor), line))
    if cursor.text.startswith(("hex,", "base64,", "file,"), cursor.at):
        return _close(cursor, Body("bytes", cursor.take_until(";", "The body", line), line))
    match = cursor.take(_SCALAR)
    return _close(cursor, Body("json", match[0] if match else "", line))


def _close(cursor: Cursor, body: Body) -> Body:
    cursor.end_line()
    return body


def _take_json(cursor: Cursor) -> str:
    """To the bracket that closes the first one; placeholders close what they open."""
    begin, line, depth = cursor.at, cursor.line, 0
    while match := cursor.take(_JSON_TOKEN):
        depth += match[0] in ("{", "[")
        depth -= match[0] in ("}", "]")
        if depth <= 0:
            return cursor.text[begin : cursor.at]
    raise invalid("The JSON is never closed", line)


def _take_xml(cursor: Cursor) -> str:
    """To the tag that closes the first one."""
    begin, line, depth = cursor.at, cursor.line, 0
    while True:
        cursor.take_until("<", "The XML", line)
        cursor.at -= 1
        opening, closing = next(
            block for block in _BLOCKS if cursor.text.startswith(block[0], cursor.at)
        )
        cursor.at += len(opening)
        tag = cursor.take_until(closing, "The XML", line)
        if opening == "<":
            depth += -1 if tag.startswith("/") else 0 if tag.endswith("/") else 1
            if depth <= 0:
                return cursor.text[begin : cursor.at]
