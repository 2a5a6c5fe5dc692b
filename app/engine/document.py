"""Typed reading of JSON documents; errors name the field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.engine.errors import InvalidPlanError
from app.engine.json_values import JsonObject, JsonValue, get_type_name


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON object and the place it was found at, such as `tests[3]`."""

    fields: Mapping[str, JsonValue]
    location: str = ""

    def locate(self, name: str) -> str:
        """The full name of a field, for messages."""
        return f"{self.location}.{name}" if self.location else name

    def get_text(self, name: str) -> str:
        """A text that must be there and not be empty."""
        text = self.find_text(name)
        if not text:
            raise InvalidPlanError(self.locate(name), "is required")
        return text

    def find_text(self, name: str) -> str | None:
        """A text, or None when it is absent or null."""
        value = self.fields.get(name)
        if value is None or isinstance(value, str):
            return value
        raise self._wrong_type(name, "a text", value)

    def get_integer(self, name: str, default: int, minimum: int = 0) -> int:
        """A whole number of at least `minimum`; the default when it is absent or null."""
        value = self.fields.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong_type(name, "a whole number", value)
        if value < minimum:
            raise InvalidPlanError(self.locate(name), f"must be at least {minimum}, got {value}")
        return value

    def find_number(self, name: str) -> float | None:
        """A number, or None when it is absent or null."""
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong_type(name, "a number", value)
        return value

    def get_boolean(self, name: str, default: bool) -> bool:
        """True or false; the default when it is absent or null."""
        value = self.fields.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong_type(name, "true or false", value)
        return value

    def get_object(self, name: str) -> JsonObject:
        """An object; empty when it is absent or null."""
        value = self.fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong_type(name, "an object", value)
        return value

    def get_document(self, name: str) -> "Document":
        """A nested object that must be there."""
        if self.fields.get(name) is None:
            raise InvalidPlanError(self.locate(name), "is required")
        return Document(self.get_object(name), self.locate(name))

    def find_document(self, name: str) -> "Document | None":
        """A nested object, or None when it is absent or null."""
        return None if self.fields.get(name) is None else self.get_document(name)

    def find_list(self, name: str) -> list[JsonValue] | None:
        """A list, or None when it is absent or null."""
        value = self.fields.get(name)
        if value is None or isinstance(value, list):
            return value
        raise self._wrong_type(name, "a list", value)

    def get_texts(self, name: str) -> tuple[str, ...]:
        """A list of texts that are not empty; none when it is absent or null."""
        texts: list[str] = []
        for index, item in enumerate(self.find_list(name) or ()):
            if not isinstance(item, str) or not item:
                raise InvalidPlanError(f"{self.locate(name)}[{index}]", "must be a text")
            texts.append(item)
        return tuple(texts)

    def iter_documents(self, name: str) -> Iterator["Document"]:
        """The objects of a list; nothing when it is absent or null."""
        for index, item in enumerate(self.find_list(name) or ()):
            location = f"{self.locate(name)}[{index}]"
            if not isinstance(item, dict):
                raise InvalidPlanError(location, f"must be an object, not {get_type_name(item)}")
            yield Document(item, location)

    def _wrong_type(self, name: str, wanted: str, value: JsonValue) -> InvalidPlanError:
        return InvalidPlanError(self.locate(name), f"must be {wanted}, not {get_type_name(value)}")
