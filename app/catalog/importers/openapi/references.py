"""Follows `$ref` within one document."""

from urllib.parse import unquote

from app.catalog.importers.openapi.errors import UnusablePartError
from app.engine.json_values import JsonObject, JsonValue

MAXIMUM_REFERENCES = 50


def join_pointer(place: str, *names: str) -> str:
    """Return the JSON pointer of something below a place."""
    escaped = (name.replace("~", "~0").replace("/", "~1") for name in names)
    return "/".join((place, *escaped))


def get_object(parent: JsonObject, name: str) -> JsonObject:
    """Return the object under a name; an empty one when there is none."""
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def get_list(parent: JsonObject, name: str) -> list[JsonValue]:
    """Return the list under a name; an empty one when there is none."""
    value = parent.get(name)
    return value if isinstance(value, list) else []


def find_text(parent: JsonObject, name: str) -> str | None:
    """Return the text under a name unless it is blank."""
    value = parent.get(name)
    return value.strip() or None if isinstance(value, str) else None


class References:
    """The targets of references in a document; others' documents are never fetched."""

    def __init__(self, document: JsonObject) -> None:
        self._document = document

    def resolve(self, value: JsonValue, place: str) -> JsonObject:
        """Return the object at a place, where it refers to if so; raises `UnusablePartError`."""
        for _ in range(MAXIMUM_REFERENCES):
            if not isinstance(value, dict):
                raise UnusablePartError(place, "It is not an object.")
            reference = value.get("$ref")
            if not isinstance(reference, str):
                return value
            value = self.get(reference, place)
        raise UnusablePartError(place, "Its $ref leads back to itself.")

    def get(self, reference: str, place: str) -> JsonValue:
        """Return what one reference names; raises `UnusablePartError`."""
        if not reference.startswith("#"):
            if (known := self._find_definition(reference)) is not None:
                return known
            message = f"{reference[:200]} is in another document; those are not fetched."
            raise UnusablePartError(place, message)
        value: JsonValue = self._document
        for part in reference.removeprefix("#").split("/")[1:]:
            value = _step(value, unquote(part).replace("~1", "/").replace("~0", "~"))
            if value is None:
                raise UnusablePartError(place, f"There is no {reference[:200]} in the document.")
        return value

    def _find_definition(self, name: str) -> JsonValue:
        """Early documents of Swagger 2.0 name a definition alone: `$ref: Product`."""
        return get_object(self._document, "definitions").get(name)


def _step(value: JsonValue, name: str) -> JsonValue:
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
        return value[int(name)]
    return None
