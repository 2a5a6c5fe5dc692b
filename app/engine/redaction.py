"""Masks secrets, in every form they may take, in everything that leaves the engine."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from urllib.parse import quote, quote_plus

from app.engine.json_values import JsonValue
from app.engine.requests.address import PATH_SAFE

MASK = "[redacted]"

# A form of at least twice this length less one covers one whole aligned block of the text, wherever
# it stands, so looking at aligned blocks finds it however many secrets there are.
BLOCK = 4
INDEXED_LENGTH = 2 * BLOCK - 1

# Shorter secrets would mask half of every text: they are masked only as a whole value.
MINIMUM_LENGTH = 4

NUL_REPLACEMENT = "\ufffd"


class Redactor:
    """Knows the secrets of one run; secrets learned on the way are added."""

    def __init__(self, secrets: Iterable[JsonValue] = ()) -> None:
        self._values: set[str] = set()
        self._forms: set[str] = set()
        self._short_forms: set[str] = set()
        self._places: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
        self._longest = 0
        for secret in secrets:
            self.add(secret)

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
            for form in _iter_forms(text):
                self._add_form(form)

    def redact(self, text: str, limit: int | None = None) -> str:
        """The text with secrets masked; what is behind the first `limit` characters is cut off."""
        if "\x00" in text:
            text = text.replace("\x00", NUL_REPLACEMENT)  # PostgreSQL cannot store it
        if text in self._values:
            return MASK
        end = len(text) if limit is None else min(limit, len(text))
        if len(text) < MINIMUM_LENGTH or not self._forms:
            return text[:end]
        spans = self._find_spans(text[: end + self._longest])
        if not spans:
            return text[:end]
        edges = [0, *(edge for span in _merge(spans) for edge in span if span[0] < end)]
        pieces = [text[start:stop] for start, stop in pairwise(edges)][::2]
        rest = text[edges[-1] : end]
        return MASK.join([*pieces, rest])

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

    def _add_form(self, form: str) -> None:
        if len(form) < MINIMUM_LENGTH or form in self._forms:
            return
        self._forms.add(form)
        self._longest = max(self._longest, len(form))
        if len(form) < INDEXED_LENGTH:
            self._short_forms.add(form)
            return
        for offset in range(BLOCK):
            self._places[form[offset : offset + BLOCK]].add((offset, len(form)))

    def _find_spans(self, text: str) -> list[tuple[int, int]]:
        spans = [span for form in self._short_forms for span in _iter_occurrences(text, form)]
        find, forms = self._places.get, self._forms
        for start in range(0, len(text) - BLOCK + 1, BLOCK):
            places = find(text[start : start + BLOCK])
            if places is None:
                continue
            for offset, length in places:
                begin = start - offset
                if begin >= 0 and text[begin : begin + length] in forms:
                    spans.append((begin, begin + length))
        return spans


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


def _iter_forms(secret: str) -> Iterator[str]:
    yield secret
    for escaped in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield escaped
        yield escaped.replace("/", "\\/")
        yield json.dumps(escaped)[1:-1]
    yield from _iter_url_forms(secret)
    for encoded in _iter_base64(secret.encode(errors="replace")):
        yield encoded
        yield quote(encoded, safe="")


def _iter_url_forms(secret: str) -> Iterator[str]:
    for encode in (quote, quote_plus):
        for safe in ("", "/", PATH_SAFE):
            encoded = encode(secret, safe=safe, errors="replace")
            yield encoded
            yield encoded.replace("%", "%25")
            yield _lower_escapes(encoded)


def _lower_escapes(encoded: str) -> str:
    head, *tail = encoded.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in tail)])


def _iter_base64(content: bytes) -> Iterator[str]:
    """The secret alone, and the characters it determines inside a longer encoded text."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(content).decode()
        yield encode(content).decode().rstrip("=")
        for before in range(3):
            encoded = encode(b"\x00" * before + content).decode().rstrip("=")
            first = -(-before * 8 // 6)
            last = (before + len(content)) * 8 // 6
            yield encoded[first:last]


def _iter_occurrences(text: str, form: str) -> Iterator[tuple[int, int]]:
    start = text.find(form)
    while start >= 0:
        yield start, start + len(form)
        start = text.find(form, start + 1)


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
