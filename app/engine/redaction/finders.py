"""Ways to see quickly whether a text holds one of many forms, and where."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias

import jsonschema_rs

Span: TypeAlias = tuple[int, int]


class EndingFilter:
    """
    For few forms, of any length: one regular expression of their endings says no quickly.

    The regular expressions of Rust look for 64 literals in a text of 2 kB in less than a
    microsecond, for 500 in four; jsonschema-rs brings them. Compiling takes 10 microseconds a
    literal, so new forms wait in a list until it is worth it.
    """

    ENDING_CHARACTERS = 8
    MOST_WAITING = 4
    MAXIMUM_BYTES = 256 * 1024 * 1024

    def __init__(self) -> None:
        self._endings: set[str] = set()
        self._waiting: set[str] = set()
        self._matcher: jsonschema_rs.Draft202012Validator | None = None

    def __len__(self) -> int:
        return len(self._endings) + len(self._waiting)

    def add(self, form: str) -> None:
        """Look for this form, too."""
        ending = form[-self.ENDING_CHARACTERS :]
        if ending not in self._endings:
            self._waiting.add(ending)

    def may_find(self, text: str) -> bool:
        """False when the text surely holds no form."""
        if len(self._waiting) > max(self.MOST_WAITING, len(self._endings) // self.MOST_WAITING):
            self._compile()
        if any(ending in text for ending in self._waiting):
            return True
        try:
            return self._matcher is not None and self._matcher.is_valid(text)
        except UnicodeEncodeError:  # half a surrogate pair, which Rust does not take as a text
            return True

    def _compile(self) -> None:
        self._endings |= self._waiting
        self._waiting.clear()
        self._matcher = jsonschema_rs.Draft202012Validator(
            {"pattern": "|".join(map(_escape, self._endings))},
            pattern_options=jsonschema_rs.RegexOptions(size_limit=self.MAXIMUM_BYTES),
        )


def _escape(literal: str) -> str:
    return "".join(
        character if character.isascii() and character.isalnum() else f"\\x{{{ord(character):x}}}"
        for character in literal
    )


class ShortFinder:
    """For forms that are shorter than the blocks need them; there are few of these."""

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def add(self, form: str) -> None:
        """Look for this form, too."""
        self._forms.add(form)

    def iter_spans(self, text: str) -> Iterator[Span]:
        """Every place of a form."""
        for form in self._forms:
            start = text.find(form)
            while start >= 0:
                yield start, start + len(form)
                start = text.find(form, start + 1)


class BlockFinder:
    """
    For any number of long forms: their endings, cut into blocks of 8 bytes at every offset.

    A form of MINIMUM_BYTES covers one whole aligned block of the text, wherever it stands, so that
    looking at the aligned blocks finds it: 6 microseconds for 2 kB, however many forms there are.
    """

    BLOCK = 8
    MINIMUM_BYTES = 2 * BLOCK - 1

    def __init__(self) -> None:
        self._forms: set[bytes] = set()
        # By block: the lengths of the forms that have it in their last MINIMUM_BYTES.
        self._lengths: dict[int, tuple[int, ...]] = {}

    def add(self, form: str) -> None:
        """Look for this form, too; it has at least MINIMUM_BYTES."""
        content = _encode(form)
        self._forms.add(content)
        ending, length = content[-self.MINIMUM_BYTES :], (len(content),)
        lengths = self._lengths
        for offset in range(self.BLOCK):
            block = int.from_bytes(ending[offset : offset + self.BLOCK], sys.byteorder)
            known = lengths.setdefault(block, length)
            if length[0] not in known:
                lengths[block] = known + length

    def may_find(self, text: str) -> bool:
        """False when the text surely holds no form."""
        return bool(self._lengths) and not self._lengths.keys().isdisjoint(_cut(_encode(text)))

    def iter_spans(self, text: str) -> Iterator[Span]:
        """Every place of a form."""
        content = _encode(text)
        known = self._lengths
        hits = [(at, block) for at, block in enumerate(_cut(content)) if block in known]
        for at, block in hits:
            start = at * self.BLOCK
            # The block may be any of the eight that the ending of a form was cut into.
            for end in range(start + self.BLOCK, start + self.MINIMUM_BYTES + 1):
                for begin in (end - length for length in known[block]):
                    if begin >= 0 and content[begin:end] in self._forms:
                        yield _to_characters(content, begin, end)


class BeginningFinder:
    """For texts cut before they were looked at: the beginning of a form right before `...`."""

    MARK = "..."
    MINIMUM_CHARACTERS = 4

    def __init__(self) -> None:
        self._forms: defaultdict[str, list[str]] = defaultdict(list)
        self._longest = 0

    def add(self, form: str) -> None:
        """Look for this form, too; it has at least MINIMUM_CHARACTERS."""
        self._forms[form[: self.MINIMUM_CHARACTERS]].append(form)
        self._longest = max(self._longest, len(form))

    def may_find(self, text: str) -> bool:
        """False when the text surely holds no beginning."""
        return self.MARK in text

    def iter_spans(self, text: str) -> Iterator[Span]:
        """Every beginning that a mark follows; each character is looked at once."""
        last = text.rfind(self.MARK)
        for start in range(last - self.MINIMUM_CHARACTERS + 1):
            forms = self._forms.get(text[start : start + self.MINIMUM_CHARACTERS])
            if forms is None:
                continue
            end = text.find(self.MARK, start + self.MINIMUM_CHARACTERS)
            if end - start < self._longest and any(
                form.startswith(text[start:end]) for form in forms
            ):
                yield start, end


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _cut(content: bytes) -> memoryview:
    whole = len(content) - len(content) % BlockFinder.BLOCK
    return memoryview(content)[:whole].cast("Q")


def _to_characters(content: bytes, start: int, end: int) -> Span:
    if content.isascii():
        return start, end
    before = len(content[:start].decode("utf-8", "surrogatepass"))
    return before, before + len(content[start:end].decode("utf-8", "surrogatepass"))
