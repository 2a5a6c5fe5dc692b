"""Reads the entries of a Hurl file; from top to bottom, every character once or twice."""

import re
from typing import Final

from app.catalog.importers.composing.texts import check_progress
from app.catalog.importers.hurl.bodies import begins_body, take_body
from app.catalog.importers.hurl.cursor import Cursor
from app.catalog.importers.hurl.queries import take_capture, take_check, take_name
from app.catalog.importers.hurl.syntax import Answer, Entry, Message, Pair
from app.catalog.importers.hurl.values import decode

_RAW: Final = r"(?:[^#\n\\]|\\[^\n])*"
_REQUEST: Final = re.compile(rf"[ \t]*(?!HTTP\b)([A-Z]{{2,20}})[ \t]+((?=\S){_RAW})")
_ANSWER: Final = re.compile(r"[ \t]*(HTTP(?:/[0-9*.]{1,5})?)[ \t]+([0-9]{3}|\*)(?=\s|#|\Z)")
_SECTION: Final = re.compile(r"[ \t]*\[([A-Z][A-Za-z]{0,40})\](?=[ \t]*(?:#|\n|\Z))")
_VALUE: Final = re.compile(_RAW)
_SECTIONS: Final = {
    "QueryStringParams": "Query",
    "FormParams": "Form",
    "MultipartFormData": "Multipart",
}
_OF_REQUESTS: Final = ("Query", "Form", "Multipart", "Cookies", "BasicAuth", "Options")
_OF_ANSWERS: Final = ("Captures", "Asserts")


def parse_hurl(text: str) -> list[Entry]:
    """Return the entries; raise `DocumentInvalidError` naming the line."""
    cursor, entries = Cursor(text), list[Entry]()
    cursor.skip_blank()
    while not cursor.is_at_end:
        entries.append(_take_entry(cursor))
        check_progress(len(entries))
    return entries


def _take_entry(cursor: Cursor) -> Entry:
    line, comment = cursor.line, cursor.comment
    match = cursor.take(_REQUEST)
    if match is None:
        raise cursor.refuse("A request such as GET https://example.org is expected")
    cursor.end_line()
    entry = Entry(line=line, method=match[1], url=decode(match[2].strip()), comment=comment)
    _take_parts(cursor, entry)
    if answered := cursor.peek(_ANSWER):
        entry.answer = _take_answer(cursor, answered)
    return entry


def _take_answer(cursor: Cursor, match: re.Match[str]) -> Answer:
    status = None if match[2] == "*" else int(match[2])
    answer = Answer(line=cursor.line, version=match[1], status=status)
    cursor.at = match.end()
    cursor.end_line()
    _take_parts(cursor, answer)
    return answer


def _take_parts(cursor: Cursor, message: Message) -> None:
    cursor.skip_blank()
    while not cursor.is_at_end and not cursor.peek(_REQUEST) and not cursor.peek(_ANSWER):
        if match := cursor.peek(_SECTION):
            _take_section(cursor, message, _SECTIONS.get(match[1], match[1]))
        elif begins_body(cursor):
            message.body = take_body(cursor)
        else:
            message.headers.append(_take_pair(cursor))
        cursor.skip_blank()


def _take_section(cursor: Cursor, message: Message, name: str) -> None:
    known = _OF_ANSWERS if isinstance(message, Answer) else _OF_REQUESTS
    if name not in known:
        raise cursor.refuse(f"There is no section [{name}] here; there is {', '.join(known)}")
    pairs = message.sections.setdefault(name, [])
    cursor.take(_SECTION)
    cursor.end_line()
    cursor.skip_blank()
    while not _ends_section(cursor):
        if not isinstance(message, Answer):
            pairs.append(_take_pair(cursor))
        elif name == "Captures":
            message.captures.append(take_capture(cursor))
        else:
            message.checks.append(take_check(cursor))
        cursor.skip_blank()


def _ends_section(cursor: Cursor) -> bool:
    return (
        cursor.is_at_end
        or begins_body(cursor)
        or any(cursor.peek(pattern) for pattern in (_SECTION, _REQUEST, _ANSWER))
    )


def _take_pair(cursor: Cursor) -> Pair:
    line, name = cursor.line, take_name(cursor)
    match = cursor.take(_VALUE)
    pair = Pair(name, decode((match[0] if match else "").strip()), line)
    cursor.end_line()
    return pair
