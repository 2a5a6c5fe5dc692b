"""
Reads commands as a POSIX shell does, without running or expanding anything.

What a shell would replace by the value of a variable becomes a `{{placeholder}}`. The form for the
command prompt of Windows, where `^` escapes, is understood, too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.catalog.importers.composing.texts import invalid

_PLAIN: Final = re.compile(r"[^\s\\'\"$`;&|<>()#]+|#")
_DOUBLE: Final = re.compile(r"[^\"\\$`]+")
_VARIABLE: Final = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_ANSI: Final = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL
)
_ANSI_TEXT: Final = re.compile(r"(?:[^'\\]++|\\.)*+", re.DOTALL)
_LETTERS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a"}
_WINDOWS: Final = re.compile(r'\^(?:\r?\n|")')
_CARET: Final = re.compile(r"\^(\r?\n|.)", re.DOTALL)
_ENDS: Final = ";&|\n"


@dataclass(slots=True)
class Word:
    """One argument, its quotes removed, with the line it begins in."""

    text: str
    line: int


@dataclass(slots=True)
class Command:
    """Words between two ends of commands; `comment` is the line of comment before it."""

    words: list[Word] = field(default_factory=list[Word])
    comment: str | None = None
    strange: set[str] = field(default_factory=set[str])


def iter_commands(text: str) -> Iterator[Command]:
    """Yield the commands of a text; raise `DocumentInvalidError` for a quote that is not closed."""
    is_windows = _WINDOWS.search(text) is not None
    yield from _Lexer(_unescape_windows(text) if is_windows else text, is_windows).iter_commands()


def _unescape_windows(text: str) -> str:
    """`^` and the end of a line become a backslash and it; the lines keep their numbers."""
    return _CARET.sub(lambda match: "\\\n" if match[1].endswith("\n") else match[1], text)


class _Lexer:
    def __init__(self, text: str, is_windows: bool) -> None:
        self._text = text
        self._is_windows = is_windows
        self._at = 0
        self._line = 1
        self._command = Command()
        self._comment: str | None = None

    def iter_commands(self) -> Iterator[Command]:
        while self._at < len(self._text):
            symbol = self._text[self._at]
            if symbol in _ENDS:
                yield from self._end(symbol)
            elif symbol == "#":
                self._skip_comment()
            elif symbol in "<>":
                self._redirect()
            elif symbol.isspace() or self._text.startswith("\\\n", self._at) or symbol in "()":
                self._advance(2 if symbol == "\\" else 1)
            elif self._text.startswith("\\\r\n", self._at):
                self._advance(3)
            else:
                self._command.words.append(self._read_word())
        yield from self._end("")

    def _end(self, symbol: str) -> Iterator[Command]:
        if symbol == "|":
            self._command.strange.add("What comes after the first | is not imported.")
        self._advance(1)
        command = self._command
        if command.words:
            self._command = Command()
            command.comment, self._comment = self._comment, None
            yield command
        elif symbol == "\n" and self._text.startswith("\n", self._at):
            self._comment = None

    def _skip_comment(self) -> None:
        end = self._text.find("\n", self._at)
        end = len(self._text) if end < 0 else end
        if not self._command.words:
            self._comment = self._text[self._at + 1 : end].strip("# \t\r") or self._comment
        self._at = end

    def _redirect(self) -> None:
        self._command.strange.add("Where the shell would send or read it is not imported.")
        while self._at < len(self._text) and self._text[self._at] in "<>&":
            self._advance(1)
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._advance(1)
        if self._text[self._at : self._at + 1].strip() not in ("", *_ENDS):
            self._read_word()

    def _read_word(self) -> Word:
        line, parts = self._line, list[str]()
        while self._at < len(self._text):
            symbol = self._text[self._at]
            if symbol.isspace() or symbol in ";&|<>()":
                break
            parts.append(self._read_part(symbol))
        return Word("".join(parts), line)

    def _read_part(self, symbol: str) -> str:
        if symbol == "'" and not self._is_windows:
            return self._read_single()
        if symbol == '"':
            return self._read_double()
        if self._text.startswith("$'", self._at):
            return self._read_ansi()
        if symbol == "\\":
            return self._read_escaped()
        if symbol in "$`":
            return self._read_expansion()
        match = _PLAIN.match(self._text, self._at)
        return self._advance(len(match[0]) if match else 1)

    def _read_single(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise invalid("A single quote is never closed", self._line)
        return self._advance(end + 1 - self._at)[1:-1]

    def _read_double(self) -> str:
        begin, parts = self._line, list[str]()
        self._advance(1)
        while self._at < len(self._text):
            symbol = self._text[self._at]
            if symbol == '"':
                self._advance(1)
                return "".join(parts)
            parts.append(self._read_in_double(symbol))
        raise invalid("A double quote is never closed", begin)

    def _read_in_double(self, symbol: str) -> str:
        if symbol in "$`":
            return self._read_expansion()
        if symbol == "\\":
            escaped = self._text[self._at + 1 : self._at + 2]
            if escaped == "\n":
                self._advance(2)
                return ""
            return self._advance(2)[1:] if escaped and escaped in '"\\$`' else self._advance(1)
        match = _DOUBLE.match(self._text, self._at)
        return self._advance(len(match[0]) if match else 1)

    def _read_ansi(self) -> str:
        begin = self._line
        match = _ANSI_TEXT.match(self._text, self._at + 2)
        end = match.end() if match else len(self._text)
        if self._text[end : end + 1] != "'":
            raise invalid("A quote $' is never closed", begin)
        return _ANSI.sub(_decode, self._advance(end + 1 - self._at)[2:-1])

    def _read_escaped(self) -> str:
        if self._is_windows and self._text[self._at + 1 : self._at + 2] not in ("\n", '"'):
            return self._advance(1)
        for newline in ("\\\r\n", "\\\n"):
            if self._text.startswith(newline, self._at):
                self._advance(len(newline))
                return ""
        return self._advance(2)[1:]

    def _read_expansion(self) -> str:
        """A variable becomes a placeholder; commands are never run."""
        match = None if self._is_windows else _VARIABLE.match(self._text, self._at)
        if match is not None:
            self._advance(len(match[0]))
            return f"{{{{{match[1] or match[2]}}}}}"
        if not self._is_windows and self._text.startswith(("$(", "`", "${"), self._at):
            self._command.strange.add("What the shell would compute is taken as it is written.")
        return self._advance(1)

    def _advance(self, count: int) -> str:
        passed = self._text[self._at : self._at + count]
        self._line += passed.count("\n")
        self._at += count
        return passed


def _decode(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits or match[4]:
        code = int(digits, 16) if digits else int(match[4], 8)
        is_character = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
        return chr(code) if is_character else "\ufffd"
    return _LETTERS.get(match[5], match[5])
