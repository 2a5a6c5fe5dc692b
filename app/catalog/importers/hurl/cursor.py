"""A place in a Hurl file that only moves forward."""

import re
from bisect import bisect_right
from typing import Final

from app.catalog.importers.composing.texts import invalid
from app.catalog.importers.errors import DocumentInvalidError

_BLANK: Final = re.compile(r"[ \t]*(?:#([^\n]*))?(?:\n|\Z)")
_NEWLINE: Final = re.compile("\n")


class Cursor:
    """Reads a text piece by piece; `comment` is the comment right above the place."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.comment: str | None = None
        self._ends = [match.start() for match in _NEWLINE.finditer(self.text)]

    @property
    def line(self) -> int:
        """The number of the line, counted from one."""
        return bisect_right(self._ends, self.at - 1) + 1

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.text)

    def peek(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the match of a pattern here."""
        return pattern.match(self.text, self.at)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the match of a pattern here and go behind it."""
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def take_until(self, mark: str, what: str, line: int) -> str:
        """Return the text before a mark and go behind it; it begins in the line that is told."""
        end = self.text.find(mark, self.at)
        if end < 0:
            raise invalid(f"{what} is never closed", line)
        passed = self.text[self.at : end]
        self.at = end + len(mark)
        return passed

    def skip_blank(self) -> None:
        """Go to the next line that says something."""
        while not self.is_at_end and (match := self.take(_BLANK)):
            if match[1] is None:
                self.comment = None
            else:
                self.comment = self.comment or match[1].strip("# \t") or None

    def end_line(self) -> None:
        """Go to the next line; raise `DocumentInvalidError` when something is left in this one."""
        if self.is_at_end:
            return
        if self.take(_BLANK) is None:
            raise self.refuse("This is not understood where it stands")
        self.comment = None

    def refuse(self, message: str) -> DocumentInvalidError:
        """Return the error for this place."""
        return invalid(message, self.line)
