"""What placeholders of a Hurl file stand for, from entry to entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.hurl.syntax import Filter, Value
from app.catalog.importers.sequencing import Sequencer
from app.catalog.importers.variables import VariableBook

_GENERATORS: Final = {"newUuid": "$uuid", "newDate": "$isoTimestamp"}
_PLAIN_FILTERS: Final = {
    "count": "length",
    "first": "first",
    "last": "last",
    "toInt": "int",
    "toFloat": "number",
    "toString": "string",
    "urlEncode": "urlencode",
    "urlDecode": "urldecode",
    "base64Encode": "base64",
    "base64Decode": "base64decode",
    "base64UrlSafeEncode": "base64url",
    "htmlEscape": "escape",
}
MOST_FILTERS: Final = 12


class UnmappedError(Exception):
    """There is nothing here that does the same."""


@dataclass(frozen=True, slots=True)
class _Captured:
    path: str
    producer: CaseDraft
    filters: str


class Scope:
    """Names and their expressions; a name that nothing captures is a variable."""

    def __init__(self, book: VariableBook) -> None:
        self._book = book
        self._captured: dict[str, _Captured] = {}
        self._sequencer = Sequencer()
        self._used: dict[str, None] = {}

    def resolve(self, written: str) -> str | None:
        """Return the expression for what stands in a placeholder."""
        name, *filters = written.split(None, 1)
        if filters:
            return None
        if name in _GENERATORS:
            return _GENERATORS[name]
        captured = self._captured.get(name)
        if captured is None:
            return self._book.declare(name)
        self._used[name] = None
        return f"{captured.path}{captured.filters}"

    def require_used(self, draft: CaseDraft) -> None:
        """Make a case run behind those whose captures it uses, and behind others that use them."""
        for name in self._used:
            draft.require(self._captured[name].producer.key, "data")
            self._sequencer.use(self._captured[name].path, draft)

    def keep_order(self, draft: CaseDraft) -> None:
        """Put a case behind those of the file before it; those that only read may run at once."""
        self._sequencer.begin_once("", draft)
        self._sequencer.use("", draft)

    def forget_used(self) -> None:
        """Begin with the next entry."""
        self._used.clear()

    def keep(self, name: str, path: str, producer: CaseDraft, filters: str) -> None:
        """From now on a name is what an entry has captured."""
        self._captured[name] = _Captured(path, producer, filters)
        self._sequencer.begin(path, producer)

    def set_variable(self, name: str, value: str) -> None:
        """From now on a name is a variable with this value."""
        self._captured.pop(name, None)
        self._book.declare(name, value)


def render_filters(filters: Sequence[Filter]) -> str:
    """Return filters as they follow an expression; raise `UnmappedError`."""
    if len(filters) > MOST_FILTERS:
        message = f"More than {MOST_FILTERS} filters."
        raise UnmappedError(message)
    return "".join(f" | {_render_filter(entry)}" for entry in filters)


def _render_filter(entry: Filter) -> str:
    arguments = [_render_argument(value) for value in entry.values]
    if entry.name in _PLAIN_FILTERS and not arguments:
        return _PLAIN_FILTERS[entry.name]
    if entry.name == "nth" and len(arguments) == 1:
        return f"at({arguments[0]})"
    if entry.name == "split" and len(arguments) == 1:
        return f"split({arguments[0]})"
    if entry.name == "replace" and len(arguments) == 2:
        return f"replace({arguments[0]}, {arguments[1]})"
    message = f"The filter {entry.name}."
    raise UnmappedError(message)


def _render_argument(value: Value) -> str:
    if value.kind == "literal" and isinstance(value.literal, int):
        return str(value.literal)
    is_plain = value.kind == "text" and len(value.source) <= 100
    if not is_plain or "{{" in value.source or "}}" in value.source:
        message = "A filter with a pattern or a placeholder."
        raise UnmappedError(message)
    escaped = value.source.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
