"""Chooses the requests to the API among all that a browser sends."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, get_args

from app.catalog.importers.har.entries import Entry
from app.catalog.importers.model import Notice
from app.catalog.models import Method

MOST_TOLD: Final = 100
_METHODS: Final = frozenset(get_args(Method))
_STATIC_KINDS: Final = frozenset(
    (
        *("image", "stylesheet", "script", "font", "media", "manifest", "texttrack"),
        *("ping", "preflight", "cspviolationreport", "signedexchange", "websocket", "eventsource"),
    )
)
_STATIC_TYPES: Final = ("image/", "font/", "audio/", "video/", "text/css", "application/wasm")
_STATIC_ENDINGS: Final = (
    *(".js", ".mjs", ".css", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico"),
    *(".woff", ".woff2", ".ttf", ".otf", ".mp3", ".mp4", ".webm", ".wasm", ".html", ".htm"),
)
_CALLS: Final = frozenset(("xhr", "fetch"))


class Selection:
    """The requests to import, and where they go; the others are counted in notices."""

    def __init__(self, entries: Sequence[Entry], notices: list[Notice]) -> None:
        self._left_out: defaultdict[str, list[Entry]] = defaultdict(list)
        candidates = [entry for entry in entries if self._is_candidate(entry)]
        self.origin = _find_origin(candidates)
        self.entries = [entry for entry in candidates if self._is_of_origin(entry)]
        for reason, members in list(self._left_out.items())[:MOST_TOLD]:
            count = "1 request" if len(members) == 1 else f"{len(members)} requests"
            notices.append(Notice("not_imported", members[0].place, f"{count}: {reason}"))

    def _is_candidate(self, entry: Entry) -> bool:
        reason = _find_reason(entry)
        if reason is not None:
            self._left_out[reason].append(entry)
        return reason is None

    def _is_of_origin(self, entry: Entry) -> bool:
        if entry.origin != self.origin:
            reason = f"sent to {entry.origin[:200]}, and most of the others to {self.origin}."
            self._left_out[reason].append(entry)
        return entry.origin == self.origin


def _find_origin(candidates: Iterable[Entry]) -> str | None:
    """Where most of the calls go: those with JSON count, others only when there are none."""
    candidates = list(candidates)
    calls = [entry for entry in candidates if _is_call(entry)]
    counts = Counter(entry.origin for entry in calls or candidates)
    return counts.most_common(1)[0][0] if counts else None


def _is_call(entry: Entry) -> bool:
    types = (entry.answer_type, entry.body_type)
    return entry.resource_type in _CALLS or any("json" in media_type for media_type in types)


def _find_reason(entry: Entry) -> str | None:
    """Why a request is no test."""
    if not 100 <= entry.status <= 599:
        return "there was no answer."
    if entry.method not in _METHODS:
        return f"the method {entry.method[:30]} cannot be sent."
    if entry.find_header("access-control-request-method") is not None:
        return "browsers ask with them whether a request is allowed."
    if _is_static(entry):
        return "pages, scripts, styles, images and other files are no API."
    return None


def _is_static(entry: Entry) -> bool:
    if entry.resource_type in _STATIC_KINDS or entry.answer_type.startswith(_STATIC_TYPES):
        return True
    if "javascript" in entry.answer_type:
        return True
    if _is_call(entry) or entry.method != "GET":
        return False
    is_page = entry.resource_type == "document" or entry.answer_type == "text/html"
    return is_page or entry.path.lower().endswith(_STATIC_ENDINGS)
