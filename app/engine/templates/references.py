"""Which values a test's templates use, and which test provides them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.engine.json_values import JsonValue
from app.engine.templates.paths import ValuePath
from app.engine.templates.rendering import iter_paths
from app.engine.templates.roots import CAPTURED_DATA, SHARED_AUTH_TOKENS


@dataclass(frozen=True, slots=True)
class References:
    """Paths used as a credential, and all others."""

    credentials: tuple[ValuePath, ...]
    others: tuple[ValuePath, ...]

    @classmethod
    def collect(cls, credentials: Iterable[JsonValue], others: Iterable[JsonValue]) -> "References":
        """Find the paths in values that may hold templates."""
        return cls(
            tuple(path for value in credentials for path in iter_paths(value)),
            tuple(path for value in others for path in iter_paths(value)),
        )


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

    def iter_required(self, key: str, references: References) -> Iterator[tuple[str, bool]]:
        """Keys of the tests that `key` needs, each with whether it needs a token of them."""
        for path in references.others:
            required = self._find_producer(key, path)
            if required is not None:
                yield required, path.root == SHARED_AUTH_TOKENS
        for path in references.credentials:
            required = self._find_producer(key, path)
            if required is not None:
                yield required, True

    def _find_producer(self, key: str, path: ValuePath) -> str | None:
        name = path.steps[0] if path.steps else None
        if not isinstance(name, str) or (path.root == CAPTURED_DATA and name == key):
            return None
        if path.root == CAPTURED_DATA:
            return name if name in self.keys else None
        makers = self.captures.get((path.root, name), frozenset())
        # With several makers nobody can tell which one is meant: then it must be declared.
        return next(iter(makers)) if len(makers) == 1 and key not in makers else None
