"""Finds where the values in requests come from: ids and tokens in the answers before."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeGuard

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.har.shapes import is_id
from app.catalog.importers.openapi.answers import normalize, render_step, singular
from app.catalog.importers.sensitive import is_secret_name, is_secret_value
from app.catalog.importers.variables import to_key
from app.engine.json_values import JsonValue

MOST_VALUES: Final = 2_000
MOST_VALUES_ALTOGETHER: Final = 200_000
MOST_PRODUCERS: Final = 20
LONGEST_VALUE: Final = 8_000
_IDENTIFYING: Final = (
    *("id", "uuid", "guid", "key", "token", "slug", "code", "number", "reference", "ref"),
    *("cursor", "handle", "sku", "jwt"),
)
_WRAPPERS: Final = frozenset(
    ("", "data", "result", "results", "item", "items", "content", "attributes", "value", "values")
)
_STRONG: Final = re.compile(r"(?=.{0,8000}[0-9]).{8,8000}|.{20,8000}")

Scalar = str | int


@dataclass(frozen=True, slots=True)
class Produced:
    """A value in an answer: `owner` is what it belongs to, `orders` for the id of an order."""

    draft: CaseDraft
    path: str
    name: str
    owner: str

    def fits(self, field: str) -> bool:
        """Say whether a field of a request means it: `order_id` the id of one of `orders`."""
        plain, own = normalize(field), normalize(self.name)
        kind = singular(self.owner)
        return plain not in ("", "id") and plain in (own, kind + own)

    def is_of(self, collection: str) -> bool:
        """Say whether it identifies one of a collection, as in `/orders/41`."""
        kind = singular(collection)
        return singular(self.owner) == kind or normalize(self.name) in (kind, f"{kind}id")


class ValueIndex:
    """The values of all answers so far."""

    def __init__(self) -> None:
        self._produced: defaultdict[Scalar, list[Produced]] = defaultdict(list)
        self._left = MOST_VALUES_ALTOGETHER

    def add(self, draft: CaseDraft, path: str, answer: JsonValue) -> None:
        """Remember the answer to a request to this path."""
        segments = [segment for segment in path.split("/") if segment and not is_id(segment)]
        owner = segments[-1] if segments else ""
        for index, (place, name, kind, value) in enumerate(_iter_scalars(answer, owner)):
            if index >= MOST_VALUES or self._left <= 0:
                return
            self._left -= 1
            if _is_telling(name, value) and len(self._produced[value]) < MOST_PRODUCERS:
                self._produced[value].append(Produced(draft, place, name, kind))

    def find_for_field(self, field: str, value: JsonValue) -> Produced | None:
        """Return who answered the value of a field of a request."""
        return self._find(value, lambda produced: produced.fits(field))

    def find_for_segment(self, collection: str, text: str) -> Produced | None:
        """Return who answered what stands in a path behind the name of a collection."""
        found = self._find(text, lambda produced: produced.is_of(collection))
        if found is None and text.isdecimal() and len(text) < 19 and str(int(text)) == text:
            found = self._find(int(text), lambda produced: produced.is_of(collection))
        return found

    def find_credential(self, text: str) -> Produced | None:
        """Return who answered a token."""
        return self._find(text, lambda _: False)

    def _find(self, value: JsonValue, fits: Callable[[Produced], bool]) -> Produced | None:
        if isinstance(value, bool) or not isinstance(value, str | int):
            return None
        is_strong = isinstance(value, str) and _STRONG.fullmatch(value) is not None
        for produced in self._produced.get(value, ()):
            if is_strong or fits(produced):
                return produced
        return None


def capture(produced: Produced) -> str:
    """Make the case keep the value; return the path by which others name it."""
    spec: str | dict[str, str | bool] = produced.path
    if is_secret_name(produced.name):
        spec = {"path": produced.path, "secret": True}
    return produced.draft.add_capture(to_key(produced.name), spec)


def _is_telling(name: str, value: Scalar) -> bool:
    """Whether it is worth remembering: an id, or what nobody would say by chance."""
    plain = normalize(name)
    if plain.endswith(_IDENTIFYING):
        return True
    return isinstance(value, str) and " " not in value and is_secret_value(value)


def _iter_scalars(answer: JsonValue, owner: str) -> Iterator[tuple[str, str, str, Scalar]]:
    """JSONPath, name, owner and value, the outermost first."""
    level: list[tuple[str, str, str, JsonValue]] = [("$", "", owner, answer)]
    while level:
        below: list[tuple[str, str, str, JsonValue]] = []
        for path, name, kind, value in level:
            if isinstance(value, dict):
                # What an object is called says what its id is the id of.
                inner = kind if normalize(name) in _WRAPPERS else name
                for key, item in value.items():
                    below.append((f"{path}{render_step(key)}", key, inner, item))
            elif isinstance(value, list):
                inner = kind if normalize(name) in _WRAPPERS else name
                below += [
                    (f"{path}[{index}]", "", inner, item) for index, item in enumerate(value[:100])
                ]
            elif name and _is_scalar(value):
                yield path, name, kind, value
        level = below


def _is_scalar(value: JsonValue) -> TypeGuard[Scalar]:
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE
    return isinstance(value, int) and not isinstance(value, bool)
