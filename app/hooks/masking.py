"""What of a delivery may be kept: secrets masked, cut to size."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from app.engine.json_path import Location, PathLimitError, compile_path, limiting_queries
from app.engine.json_values import JsonValue, render_json
from app.engine.redaction import MASK, Redactor
from app.hooks.paths import LIMITS
from app.hooks.signatures.message import Message

LONGEST_TEXT: Final = 1_000
LONGEST_HEADER: Final = 500
MOST_HEADERS: Final = 40
MOST_VALUES: Final = 2_000
CUT: Final = "..."
LARGEST_PAYLOAD: Final = 32_768
"""Bytes of a payload as JSON; of a larger one, less and less of every list and text is kept."""

_SECRET_NAME = re.compile(
    r"authorization|cookie|signature|token|secret|password|passwd|api[-_]?key|credential"
    r"|private[-_]?key|session",
    re.IGNORECASE,
)
_CUTS: Final = ((LONGEST_TEXT, 200, 20), (200, 20, 8), (100, 5, 4), (50, 2, 2))


def mask_headers(
    message: Message, secret_names: Collection[str], redactor: Redactor
) -> dict[str, str]:
    """Return the headers by name; repeated ones are joined as HTTP joins them."""
    hidden = {name.lower() for name in secret_names}
    shown: dict[str, str] = {}
    for raw_name, raw_value in message.headers[:MOST_HEADERS]:
        name = _clean(raw_name.decode("latin-1"))[:100]
        is_secret = name in hidden or _SECRET_NAME.search(name)
        value = MASK if is_secret else redactor.redact(_clean(raw_value.decode("latin-1")))
        joined = f"{shown[name]}, {value}" if name in shown else value
        shown[name] = joined[:LONGEST_HEADER]
    return shown


def mask_payload(payload: JsonValue, paths: Iterable[str], redactor: Redactor) -> JsonValue:
    """Return the payload without what is named like a secret, lies at the paths, or is a secret."""
    hidden = {location for path in paths for location in _locate(path, payload)}
    masked = _Masker(hidden, redactor).mask(payload, ())
    for longest_text, most_items, depth in _CUTS:
        cut = _cut(masked, longest_text, most_items, depth)
        if len(render_json(cut).encode()) <= LARGEST_PAYLOAD:
            return cut
    return CUT


def _locate(path: str, payload: JsonValue) -> Sequence[Location]:
    try:
        with limiting_queries(LIMITS):
            return compile_path(path, "redacted_paths").locate(payload)
    except PathLimitError:
        return [()]  # what cannot be found out is not kept


@dataclass(slots=True)
class _Masker:
    """Masks the first values of a payload; the others are not kept."""

    hidden: Collection[Location]
    redactor: Redactor
    values_left: int = MOST_VALUES

    def mask(self, value: JsonValue, place: Location) -> JsonValue:
        self.values_left -= 1
        if place in self.hidden:
            return MASK
        if self.values_left < 0:
            return CUT
        if isinstance(value, dict):
            kept = islice(value.items(), max(0, self.values_left) + 1)
            return {self._show(name): self._mask_item(name, item, place) for name, item in kept}
        if isinstance(value, list):
            kept = enumerate(islice(value, max(0, self.values_left) + 1))
            return [self.mask(item, (*place, at)) for at, item in kept]
        return self._show(value) if isinstance(value, str) else value

    def _mask_item(self, name: str, item: JsonValue, place: Location) -> JsonValue:
        # Whatever its shape: a PIN is a number, and `credentials` hold what is named harmlessly.
        is_secret = _SECRET_NAME.search(name) and item is not None and not isinstance(item, bool)
        return MASK if is_secret else self.mask(item, (*place, name))

    def _show(self, text: str) -> str:
        return self.redactor.redact(_clean(text), LONGEST_TEXT + 1)


def _cut(value: JsonValue, longest_text: int, most_items: int, depth: int) -> JsonValue:
    if isinstance(value, str):
        return value if len(value) <= longest_text else value[:longest_text] + CUT
    if isinstance(value, dict | list) and depth == 0:
        return CUT
    if isinstance(value, dict):
        kept = list(value.items())[:most_items]
        shown = {name[:100]: _cut(item, longest_text, most_items, depth - 1) for name, item in kept}
        return shown if len(kept) == len(value) else shown | {CUT: len(value) - len(kept)}
    if isinstance(value, list):
        items = [_cut(item, longest_text, most_items, depth - 1) for item in value[:most_items]]
        return items if len(items) == len(value) else [*items, CUT]
    return value


def _clean(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\x00", "\ufffd")
