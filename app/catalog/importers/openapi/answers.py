"""Finds ids and tokens in the schemas of answers."""

import re
from collections.abc import Iterator
from functools import lru_cache

from app.catalog.importers.openapi.references import get_object
from app.catalog.importers.openapi.samples import Sampler
from app.engine.json_values import JsonObject, JsonValue

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NAMES = ("login", "username", "slug", "name")
"""What people call things by, the most certain first."""
_NUMBERS = frozenset(("integer", "number"))
_WRAPPERS = frozenset(("data", "result", "item", "items", "results", "content", "value", "values"))


@lru_cache(maxsize=4_096)
def normalize(name: str) -> str:
    """Return a name as it compares with others: `userId` and `user_id` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def singular(name: str) -> str:
    """Return the normalized name of one of several: `categories` are many a `category`."""
    plain = normalize(name)
    if plain.endswith("ies") and len(plain) > 4:
        return f"{plain[:-3]}y"
    if plain.endswith(("sses", "xes", "ches", "shes")):
        return plain[:-2]
    return plain[:-1] if plain.endswith("s") and not plain.endswith("ss") else plain


class AnswerReader:
    """JSONPaths of properties in one answer; `place` is where the document describes it."""

    def __init__(self, sampler: Sampler, place: str) -> None:
        self._sampler = sampler
        self._place = place

    def find_path(
        self, schema: JsonValue, names: tuple[str, ...], *, is_name: bool = False
    ) -> str | None:
        """
        Return where an object has a value by the first of these (normalized) names, perhaps wrapped.

        `is_name`: it is a text that people give, no number, and may be the name of an object.
        """
        for path, properties in self._iter_objects(schema):
            by_name = {normalize(name): name for name in properties}
            for name in (name for name in names if name in by_name):
                found = by_name[name]
                step = self._find_value(properties[found], is_name=is_name)
                if step is not None:
                    return f"{path}{render_step(found)}{step}"
        return None

    def _find_value(self, schema: JsonValue, *, is_name: bool) -> str | None:
        """The steps from a property to its value; None when it has none that fits."""
        flat = self._sampler.flatten(schema, self._place)
        types = _list_types(flat)
        if "object" not in types:
            return None if "array" in types or (is_name and types & _NUMBERS) else ""
        inner = get_object(flat, "properties") if is_name else {}
        return next((render_step(name) for name in NAMES if name in inner), None)

    def find_list_path(
        self, schema: JsonValue, names: tuple[str, ...], *, is_name: bool = False
    ) -> str | None:
        """Return where the first item of a list has the first of these names."""
        flat = self._sampler.flatten(schema, self._place)
        if "items" in flat:
            path = self.find_path(flat["items"], names, is_name=is_name)
            return path and f"$[0]{path[1:]}"
        for name, entry in get_object(flat, "properties").items():
            inner = self._sampler.flatten(entry, self._place)
            path = (
                self.find_path(inner["items"], names, is_name=is_name) if "items" in inner else None
            )
            if path:
                return f"${render_step(name)}[0]{path[1:]}"
        return None

    def list_lists(self, schema: JsonValue) -> list[str]:
        """Return the names of the lists in an object."""
        flat = self._sampler.flatten(schema, self._place)
        return [
            name
            for name, entry in get_object(flat, "properties").items()
            if "items" in self._sampler.flatten(entry, self._place)
        ]

    def _iter_objects(self, schema: JsonValue) -> Iterator[tuple[str, JsonObject]]:
        flat = self._sampler.flatten(schema, self._place)
        properties = get_object(flat, "properties")
        yield "$", properties
        for name, entry in properties.items():
            inner = get_object(self._sampler.flatten(entry, self._place), "properties")
            if inner and (normalize(name) in _WRAPPERS or len(properties) == 1):
                yield f"${render_step(name)}", inner


def _list_types(schema: JsonObject) -> frozenset[str]:
    declared = schema.get("type")
    types = declared if isinstance(declared, list) else [declared]
    found = frozenset(name for name in types if isinstance(name, str))
    return found or frozenset(("object",) if "properties" in schema else ())


def render_step(name: str) -> str:
    """Return a name as a step of a JSONPath."""
    if _PLAIN.fullmatch(name):
        return f".{name}"
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"
