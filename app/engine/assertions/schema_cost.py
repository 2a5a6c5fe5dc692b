"""
How often a schema makes the library look at the same value.

References that fan out, and recursive alternatives over nested values, grow without bound; so do the
errors of alternatives (`anyOf`, `oneOf`), which hold the errors of every branch.
"""

from collections.abc import Iterator

from app.engine.json_values import MAXIMUM_DEPTH, JsonObject, JsonValue, get_depth

# Keywords whose schemas look at the same value, and those that look at the values in it.
_BRANCHES = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
_DESCENTS = (
    *("properties", "patternProperties", "additionalProperties", "unevaluatedProperties"),
    *("items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"),
)
_NAMED = ("properties", "patternProperties", "dependentSchemas")


class SchemaCost:
    """An upper bound, worked out once per schema and depth of the value."""

    def __init__(self, root: JsonValue) -> None:
        self._root = root
        self._visits: dict[tuple[int, int], int] = {}

    def is_within(self, limit: int, value: JsonValue) -> bool:
        """Whether no part of the value is looked at more often than that."""
        return self._is_bounded(limit, MAXIMUM_DEPTH) or self._is_bounded(limit, get_depth(value))

    def _is_bounded(self, limit: int, levels: int) -> bool:
        try:
            return self._count_visits(self._root, levels) <= limit
        except RecursionError:
            self._visits.clear()  # it holds unfinished counts
            return False

    def _count_visits(self, schema: JsonValue, levels: int) -> int:
        """Visits of the most visited value within so many levels."""
        if not isinstance(schema, dict):
            return 1
        place = (id(schema), levels)
        if place not in self._visits:
            self._visits[place] = 0  # a reference back to here looks at nothing more
            self._visits[place] = self._count(schema, levels)
        return self._visits[place]

    def _count(self, schema: JsonObject, levels: int) -> int:
        beside = sum(self._count_visits(branch, levels) for branch in self._iter_branches(schema))
        if levels == 0:
            return max(1, beside)
        inside = [self._count_visits(child, levels - 1) for child in _iter_parts(schema, _DESCENTS)]
        return max(1, beside + max(inside, default=0))

    def _iter_branches(self, schema: JsonObject) -> Iterator[JsonValue]:
        yield from _iter_parts(schema, _BRANCHES)
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            reference = schema.get(keyword)
            if isinstance(reference, str):
                yield self._resolve(reference)

    def _resolve(self, reference: str) -> JsonValue:
        """What a JSON pointer names; anything else may be the whole schema."""
        found = self._root
        if not reference.startswith("#/"):
            return found
        for part in reference.removeprefix("#/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and name in found:
                found = found[name]
            elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            else:
                return self._root
        return found


def _iter_parts(schema: JsonObject, keywords: tuple[str, ...]) -> Iterator[JsonValue]:
    for keyword in keywords:
        part = schema.get(keyword)
        if isinstance(part, list):
            yield from part
        elif isinstance(part, dict) and keyword in _NAMED:
            yield from part.values()
        elif part is not None:
            yield part
