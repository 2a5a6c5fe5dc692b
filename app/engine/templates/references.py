"""Which values a test's templates use, and which test provides them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.engine.json_values import JsonValue
from app.engine.templates.expressions import Reference
from app.engine.templates.paths import ValuePath
from app.engine.templates.rendering import iter_references
from app.engine.templates.roots import CAPTURED_DATA, SHARED_AUTH_TOKENS


@dataclass(frozen=True, slots=True)
class References:
    """Paths used as a credential, and all others."""

    credentials: tuple[Reference, ...]
    others: tuple[Reference, ...]

    @classmethod
    def collect(cls, credentials: Iterable[JsonValue], others: Iterable[JsonValue]) -> "References":
        """Find the paths in values that may hold templates."""
        return cls(
            tuple(reference for value in credentials for reference in iter_references(value)),
            tuple(reference for value in others for reference in iter_references(value)),
        )


@dataclass(frozen=True, slots=True)
class Use:
    """A test uses what the test `key` captures; it can do without what is optional."""

    key: str
    is_token: bool
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Producers:
    """Who captures what: test keys by (part of the context, name)."""

    keys: frozenset[str]
    captures: Mapping[tuple[str, str], frozenset[str]]

    @classmethod
    def from_captures(
        cls, keys: Iterable[str], captures: Iterable[tuple[str, str, str]]
    ) -> "Producers":
        """Index captures given as (test key, part of the context, name)."""
        index: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for key, target, name in captures:
            index[target, name].add(key)
        return cls(frozenset(keys), {place: frozenset(makers) for place, makers in index.items()})

    def iter_uses(self, key: str, references: References) -> Iterator[Use]:
        """What the test `key` uses of other tests; the same one may come more than once."""
        for reference in references.others:
            is_token = reference.path.root == SHARED_AUTH_TOKENS
            yield from self._find_use(key, reference, is_token)
        for reference in references.credentials:
            yield from self._find_use(key, reference, is_token=True)

    def _find_use(self, key: str, reference: Reference, is_token: bool) -> Iterator[Use]:
        required = self._find_producer(key, reference.path)
        if required is not None:
            yield Use(required, is_token, reference.is_optional)

    def _find_producer(self, key: str, path: ValuePath) -> str | None:
        name = path.steps[0] if path.steps else None
        if not isinstance(name, str) or (path.root == CAPTURED_DATA and name == key):
            return None
        if path.root == CAPTURED_DATA:
            return name if name in self.keys else None
        makers = self.captures.get((path.root, name), frozenset())
        # With several makers nobody can tell which one is meant: then it must be declared.
        return next(iter(makers)) if len(makers) == 1 and key not in makers else None
