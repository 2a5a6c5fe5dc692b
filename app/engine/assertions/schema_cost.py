"""
Whether the errors of a schema can be listed in bounded time and memory.

Errors of alternatives (`anyOf`, `oneOf`) hold the errors of every branch, which hold those of their
branches: recursive schemas over nested values, or references that fan out, grow without bound.
"""

from collections.abc import Iterator

from app.engine.json_values import JsonObject, JsonValue, get_depth

MAXIMUM_VISITS = 1_000

# Keywords whose schemas look at the same value, and those that look at the values in it.
_BRANCHES = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
_DESCENTS = (
    *("properties", "patternProperties", "additionalProperties", "unevaluatedProperties"),
    *("items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"),
)
_NAMED = ("properties", "patternProperties", "dependentSchemas")


def is_explainable(schema: JsonValue, value: JsonValue) -> bool:
    """Whether no part of the value is looked at too often."""
    try:
        return _Estimate(schema).count_visits(schema, get_depth(value)) <= MAXIMUM_VISITS
    except RecursionError:
        return False


class _Estimate:
    """How often a schema looks at the same value, by way of its alternatives."""

    def __init__(self, root: JsonValue) -> None:
        self._root = root
        self._visits: dict[tuple[int, int], int] = {}

    def count_visits(self, schema: JsonValue, levels: int) -> int:
        """Visits of the most visited value within so many levels."""
        if not isinstance(schema, dict):
            return 1
        place = (id(schema), levels)
        if place not in self._visits:
            self._visits[place] = 0  # a reference back to here looks at nothing more
            self._visits[place] = self._count(schema, levels)
        return self._visits[place]

    def _count(self, schema: JsonObject, levels: int) -> int:
        beside = sum(self.count_visits(branch, levels) for branch in self._iter_branches(schema))
        if levels == 0:
            return max(1, beside)
        inside = [self.count_visits(child, levels - 1) for child in _iter_parts(schema, _DESCENTS)]
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
