"""JSON schemas of recorded answers: which fields there are and of which type, no values."""

from typing import Final

from app.catalog.importers.har.shapes import is_id
from app.catalog.importers.placeholders import escape
from app.engine.json_values import JsonObject, JsonValue, get_type_name

MAXIMUM_DEPTH: Final = 6
MOST_PROPERTIES: Final = 60
MOST_ITEMS: Final = 50
MAXIMUM_SCHEMAS: Final = 400


class SchemaInferrer:
    """Infers the schema of one answer, no larger than a test is read."""

    def __init__(self) -> None:
        self._left = MAXIMUM_SCHEMAS

    def infer(self, values: list[JsonValue], depth: int = 0) -> JsonObject:
        """Return a schema that all of these values fulfil; null says nothing about the others."""
        self._left -= 1
        known = [value for value in values if value is not None]
        kinds = {_get_type(value) for value in known}
        if len(known) < len(values) or len(kinds) != 1 or depth > MAXIMUM_DEPTH or self._left < 0:
            return {}
        kind = kinds.pop()
        if kind == "object":
            return self._infer_object([item for item in known if isinstance(item, dict)], depth)
        if kind == "array":
            items = [item for value in known if isinstance(value, list) for item in value]
            inner = self.infer(items[:MOST_ITEMS], depth + 1) if items else {}
            return {"type": kind, "items": inner} if inner else {"type": kind}
        return {"type": kind}

    def _infer_object(self, objects: list[JsonObject], depth: int) -> JsonObject:
        """What every one of them has is required."""
        names = [name for name in objects[0] if all(name in other for other in objects)]
        # Ids as names are entries of a table, which are others the next time.
        if len(names) > MOST_PROPERTIES or any(is_id(name) or "{{" in name for name in names):
            return {"type": "object"}
        properties: JsonObject = {}
        for name in names:
            schema = self.infer([item[name] for item in objects], depth + 1)
            if schema:
                properties[name] = schema
        required: list[JsonValue] = [escape(name) for name in names]
        written: JsonObject = {"type": "object"}
        if required:
            written["required"] = required
        if properties:
            written["properties"] = properties
        return written


def _get_type(value: JsonValue) -> str:
    """A whole number may be another number the next time."""
    name = get_type_name(value)
    return "number" if name == "integer" else name
