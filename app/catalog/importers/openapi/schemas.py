"""Schemas that stand alone: what they refer to comes along, up to a limit."""

import re
from collections import deque
from dataclasses import dataclass, field

import orjson

from app.catalog.importers.openapi.errors import UnusablePartError
from app.catalog.importers.openapi.references import References, get_object
from app.engine.json_values import JsonObject, JsonValue

LARGEST_SCHEMA_BYTES = 8_192

_OTHER = re.compile(r"[^A-Za-z0-9_.-]")
# What says nothing about values; `properties` may have these names and keep them.
_REMARKS = frozenset(
    (
        "description",
        "title",
        "example",
        "examples",
        "externalDocs",
        "xml",
        "discriminator",
        "default",
    )
)
_NAMED = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))


@dataclass(slots=True)
class Bundle:
    """
    A schema and, under `$defs`, the schemas that it refers to.

    Those that are nearest come first; what is over the limit becomes a schema for anything, and
    `is_cut` tells so.
    """

    schema: JsonValue
    is_cut: bool = False


@dataclass(slots=True)
class Bundler:
    """Bundles schemas; `bytes_left` is what the schemas of one operation may take."""

    references: References
    place: str
    bytes_left: int = LARGEST_SCHEMA_BYTES
    _names: dict[str, str] = field(default_factory=dict[str, str])
    _waiting: deque[str] = field(default_factory=deque[str])

    def bundle(self, schema: JsonValue) -> Bundle:
        """Return the schema with what it needs; raises `UnusablePartError`."""
        self._names.clear()
        self._waiting.clear()
        root = self._copy(schema)
        self.bytes_left -= len(orjson.dumps(root))
        if not isinstance(root, dict) or self.bytes_left < 0:
            return Bundle(True, is_cut=self.bytes_left < 0)
        definitions, is_cut = self._collect()
        if definitions:
            root["$defs"] = get_object(root, "$defs") | definitions
        return Bundle(root, is_cut)

    def _collect(self) -> tuple[JsonObject, bool]:
        definitions: JsonObject = {}
        is_cut = False
        while self._waiting:
            reference = self._waiting.popleft()
            target = self._copy(self.references.get(reference, self.place)) if not is_cut else True
            size = len(orjson.dumps(target))
            if size > self.bytes_left:
                target, is_cut = True, True
            else:
                self.bytes_left -= size
            definitions[self._names[reference]] = target
        return definitions, is_cut

    def _copy(self, schema: JsonValue) -> JsonValue:
        if isinstance(schema, list):
            return [self._copy(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        copied: JsonObject = {}
        for name, value in schema.items():
            if name == "$ref" and isinstance(value, str):
                copied[name] = self._refer(value)
            elif name in _NAMED and isinstance(value, dict):
                copied[name] = {key: self._copy(item) for key, item in value.items()}
            elif name in ("enum", "const"):
                copied[name] = value
            elif name not in _REMARKS and not name.startswith("x-"):
                copied[name] = self._copy(value)
        return copied

    def _refer(self, reference: str) -> str:
        if reference not in self._names:
            self._check_end(reference)
            name = _OTHER.sub("_", reference.rpartition("/")[2]) or "root"
            taken = set(self._names.values())
            while name in taken:
                name += "_"
            self._names[reference] = name
            self._waiting.append(reference)
        return f"#/$defs/{self._names[reference]}"

    def _check_end(self, reference: str) -> None:
        """Refuse references that only refer to each other: they describe nothing."""
        seen: set[str] = set()
        target: JsonValue = {"$ref": reference}
        while isinstance(target, dict) and isinstance(next_ := target.get("$ref"), str):
            if next_ in seen:
                raise UnusablePartError(self.place, f"{reference} leads back to itself.")
            seen.add(next_)
            target = self.references.get(next_, self.place) if len(target) == 1 else None
