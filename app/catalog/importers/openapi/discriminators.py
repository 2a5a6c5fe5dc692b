"""Names the kind of an object whose schema has a `discriminator`."""

from typing import Final

from app.catalog.importers.openapi.references import find_text, get_list, get_object
from app.engine.json_values import JsonObject

_SETTLED: Final = ("const", "enum", "example", "default")


def name_kind(schema: JsonObject, references: frozenset[str]) -> JsonObject:
    """
    Return the schema with the one value that its discriminator can have.

    `references` are those that have led to it, one of which may be the kind.
    """
    discriminator = get_object(schema, "discriminator")
    name = find_text(discriminator, "propertyName")
    known = get_object(schema, "properties").get(name or "")
    if name is None or (isinstance(known, dict) and not known.keys().isdisjoint(_SETTLED)):
        return schema
    kind = _find_kind(get_object(discriminator, "mapping"), references)
    if kind is None:
        return schema
    properties: JsonObject = {**get_object(schema, "properties"), name: {"const": kind}}
    return {**schema, "properties": properties, "required": [*get_list(schema, "required"), name]}


def _find_kind(mapping: JsonObject, references: frozenset[str]) -> str | None:
    """What the mapping calls one of them, else its first name; without a mapping, the only one's."""
    names = {reference.rpartition("/")[2] for reference in references}
    for kind, target in mapping.items():
        if target in references or target in names:
            return kind
    if mapping:
        return next(iter(mapping))
    return next(iter(names)) if len(names) == 1 else None
