"""Knows the secrets of one run and masks them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from app.engine.json_values import JsonValue, render_text
from app.engine.redaction.finders import (
    BeginningFinder,
    BlockFinder,
    EndingFilter,
    ShortFinder,
    Span,
)
from app.engine.redaction.forms import iter_forms

MASK = "[redacted]"

# Shorter secrets would mask half of every text: they are masked only as a whole value.
MINIMUM_LENGTH = 4

# Forms that the filter knows; it has to be made anew for forms that are learned later.
MOST_FILTERED_AT_FIRST = 500
MOST_FILTERED_LATER = 60

NUL_REPLACEMENT = "\ufffd"


class Redactor:
    """Knows the secrets of one run; secrets learned on the way are added."""

    def __init__(self, secrets: Iterable[JsonValue] = ()) -> None:
        self._values: set[str] = set()
        self._has_tiny = False
        self._filter = EndingFilter()
        self._shorts = ShortFinder()
        self._blocks = BlockFinder()
        self._has_unfiltered = False
        self._beginnings = BeginningFinder()
        self._longest = 0
        self._most_filtered = MOST_FILTERED_AT_FIRST
        for secret in secrets:
            self.add(secret)
        self._most_filtered = MOST_FILTERED_LATER

    @property
    def longest_form(self) -> int:
        """Characters in the longest text that is masked."""
        return self._longest

    def add(self, secret: JsonValue) -> None:
        """Mask this value from now on; of lists and objects, every value in them."""
        for text in _iter_texts(secret):
            if text in self._values:
                continue
            self._values.add(text)
            self._has_tiny = self._has_tiny or len(text) < MINIMUM_LENGTH
            for form in set(iter_forms(text)):
                self._add_form(form)

    def add_derived(self, inputs: Sequence[JsonValue], output: str) -> None:
        """Mask the output, too, when one of the values that it was made of holds a secret."""
        if len(output) >= MINIMUM_LENGTH and any(map(self._holds_secret, inputs)):
            self.add(output)

    def is_clean(self, text: str) -> bool:
        """Whether the text may be shown as it is, alone or as a part of a longer one."""
        return not (self._has_tiny or "\x00" in text or self._may_find(text))

    def redact(self, text: str, limit: int | None = None) -> str:
        """The text with secrets masked; what is behind the first `limit` characters is cut off."""
        end = len(text) if limit is None else min(limit, len(text))
        if end < len(text):
            text = text[: end + self._longest]
        return text[:end] if self.is_clean(text) else self._mask(text, end, self._find_spans(text))

    def redact_message(self, text: str, limit: int) -> str:
        """As `redact`; what quotes a value up to `...` may have cut a secret, too."""
        if not self._beginnings.may_find(text):
            return self.redact(text, limit)
        spans = [*self._find_spans(text), *self._beginnings.iter_spans(text)]
        return self._mask(text, min(limit, len(text)), spans)

    def redact_value(self, value: JsonValue, limit: int | None = None) -> JsonValue:
        """Mask in every text of a JSON value, names included, and numbers that are secrets."""
        if isinstance(value, str):
            return self.redact(value, limit)
        if isinstance(value, list):
            return [self.redact_value(item, limit) for item in value]
        if isinstance(value, dict):
            return {
                self.redact(name): self.redact_value(item, limit) for name, item in value.items()
            }
        if value is None or isinstance(value, bool):
            return value
        return MASK if str(value) in self._values else value

    def _holds_secret(self, value: JsonValue) -> bool:
        text = render_text(value)
        return text in self._values or self._may_find(text)

    def _may_find(self, text: str) -> bool:
        return self._filter.may_find(text) or (self._has_unfiltered and self._blocks.may_find(text))

    def _add_form(self, form: str) -> None:
        if len(form) < MINIMUM_LENGTH:
            return
        self._longest = max(self._longest, len(form))
        self._beginnings.add(form)
        is_long = len(form) >= BlockFinder.MINIMUM_BYTES
        (self._blocks if is_long else self._shorts).add(form)
        if is_long and len(self._filter) >= self._most_filtered:
            self._has_unfiltered = True
        else:
            self._filter.add(form)

    def _mask(self, text: str, end: int, spans: list[Span]) -> str:
        if text in self._values:
            return MASK
        edges = [0, *(edge for span in _merge(spans) for edge in span if span[0] < end)]
        pieces = [text[start:stop] for start, stop in pairwise(edges)][::2]
        masked = MASK.join([*pieces, text[edges[-1] : end]])
        return masked.replace("\x00", NUL_REPLACEMENT)  # PostgreSQL cannot store it

    def _find_spans(self, text: str) -> list[Span]:
        return [*self._shorts.iter_spans(text), *self._blocks.iter_spans(text)]


def _iter_texts(secret: JsonValue) -> Iterator[str]:
    pending = [secret]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif item is not None and item != "" and not isinstance(item, bool):
            yield str(item)


def _merge(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
