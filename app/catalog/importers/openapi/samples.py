"""Values that fulfil a schema, the same ones every time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.catalog.importers.openapi.discriminators import name_kind
from app.catalog.importers.openapi.errors import RecursiveSchemaError, UnusablePartError
from app.catalog.importers.openapi.references import References, get_list, get_object
from app.engine.json_values import JsonObject, JsonValue

MAXIMUM_SAMPLE_VALUES = 1_000
LONGEST_LIST = 20
LONGEST_TEXT = 1_000

_TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "date-time": "2026-01-01T12:00:00Z",
        "date": "2026-01-01",
        "time": "12:00:00Z",
        "duration": "PT1H",
        "email": "user@example.com",
        "idn-email": "user@example.com",
        "hostname": "example.com",
        "ipv4": "192.0.2.1",
        "ipv6": "2001:db8::1",
        "uri": "https://example.com/",
        "url": "https://example.com/",
        "uri-reference": "/example",
        "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "byte": "ZXhhbXBsZQ==",
        "binary": "example",
        "password": "Example-password-1",
        "json-pointer": "/example",
    }
)
_ALTERNATIVES = ("oneOf", "anyOf")
_RefNames = frozenset[str]


class Sampler:
    """Makes values for requests: without what is only read, and no deeper than it must."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._values_left = 0

    def sample(self, schema: JsonValue, place: str) -> JsonValue:
        """Return a value for the schema; raises `UnusablePartError` for references into nothing."""
        self._values_left = MAXIMUM_SAMPLE_VALUES
        try:
            return self._sample(schema, place, frozenset())
        except RecursiveSchemaError:
            return None

    def flatten(self, schema: JsonValue, place: str) -> JsonObject:
        """Return the schema with references and `allOf` resolved at its top."""
        try:
            return self._flatten(schema, place, frozenset())[0]
        except (RecursiveSchemaError, UnusablePartError):
            return {}

    def _sample(self, schema: JsonValue, place: str, active: _RefNames) -> JsonValue:
        self._values_left -= 1
        if self._values_left < 0:
            raise RecursiveSchemaError
        flat, active = self._flatten(schema, place, active)
        given = find_given(flat)
        if given:
            return given[0]
        for keyword in _ALTERNATIVES:
            if options := get_list(flat, keyword):
                return self._sample_alternative(flat, keyword, options, place, active)
        return self._sample_type(flat, place, active)

    def _sample_alternative(
        self,
        flat: JsonObject,
        keyword: str,
        options: list[JsonValue],
        place: str,
        active: _RefNames,
    ) -> JsonValue:
        """The first alternative that has a value and is not null."""
        rest = {name: value for name, value in flat.items() if name != keyword}
        for option in options:
            if isinstance(option, dict) and option.get("type") == "null":
                continue
            try:
                combined = _combine(self._flat_option(option, place, active), rest)
                return self._sample(name_kind(combined, _list_names(option)), place, active)
            except RecursiveSchemaError:
                continue
        raise RecursiveSchemaError

    def _flat_option(self, option: JsonValue, place: str, active: _RefNames) -> JsonObject:
        return self._flatten(option, place, active)[0]

    def _sample_type(self, flat: JsonObject, place: str, active: _RefNames) -> JsonValue:
        match _find_type(flat):
            case "object":
                return self._sample_object(flat, place, active)
            case "array":
                return self._sample_list(flat, place, active)
            case "integer":
                return int(_sample_number(flat, whole=True))
            case "number":
                return _sample_number(flat, whole=False)
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return _sample_text(flat)

    def _sample_object(self, flat: JsonObject, place: str, active: _RefNames) -> JsonObject:
        flat = name_kind(flat, active)
        required = get_list(flat, "required")
        sample: JsonObject = {}
        for name, schema in get_object(flat, "properties").items():
            property_ = self._flatten_property(schema, place, active)
            # Without any required property a document does not say what may be left out.
            wanted = name in required or not required or "example" in property_
            if not wanted or property_.get("readOnly") is True:
                continue
            try:
                sample[name] = self._sample(schema, place, active)
            except RecursiveSchemaError:
                if name in required and not _is_nullable(schema):
                    raise
                if name in required:
                    sample[name] = None
        return sample

    def _flatten_property(self, schema: JsonValue, place: str, active: _RefNames) -> JsonObject:
        try:
            return self._flatten(schema, place, active)[0]
        except RecursiveSchemaError:
            return {}

    def _sample_list(self, flat: JsonObject, place: str, active: _RefNames) -> list[JsonValue]:
        least = flat.get("minItems")
        count = min(least, LONGEST_LIST) if isinstance(least, int) and least > 1 else 1
        try:
            return [self._sample(flat.get("items"), place, active) for _ in range(count)]
        except RecursiveSchemaError:
            if isinstance(least, int) and least > 0:
                raise
            return []

    def _flatten(
        self, schema: JsonValue, place: str, active: _RefNames
    ) -> tuple[JsonObject, _RefNames]:
        """The schema with what it refers to and consists of, and the references passed on the way."""
        if not isinstance(schema, dict):
            return {}, active
        flat = {name: value for name, value in schema.items() if name not in ("$ref", "allOf")}
        passed = active
        reference = schema.get("$ref")
        if isinstance(reference, str):
            if reference in active:
                raise RecursiveSchemaError
            target = self._references.get(reference, place)
            piece, passed = self._flatten(target, place, active | {reference})
            flat = _combine(piece, flat)
        for part in get_list(schema, "allOf"):
            piece, seen = self._flatten(part, place, active)
            flat, passed = _combine(piece, flat), passed | seen
        return flat, passed


def find_given(schema: JsonObject) -> tuple[JsonValue, ...]:
    """Return the value that a schema itself gives, if it does."""
    if "example" in schema:
        return (schema["example"],)
    for name in ("default", "const"):
        if schema.get(name) is not None:
            return (schema[name],)
    for name in ("examples", "enum"):
        values = [value for value in get_list(schema, name) if value is not None]
        if values:
            return (values[0],)
    return ()


def _combine(base: JsonObject, over: JsonObject) -> JsonObject:
    combined = {**base, **over}
    if "properties" in base and "properties" in over:
        combined["properties"] = _join_properties(
            get_object(base, "properties"), get_object(over, "properties")
        )
    if "required" in base and "required" in over:
        combined["required"] = [*get_list(base, "required"), *get_list(over, "required")]
    return combined


def _join_properties(base: JsonObject, over: JsonObject) -> JsonObject:
    """Both say what a property is; neither takes back what the other says."""
    joined = {**base, **over}
    for name in base.keys() & over.keys():
        first, second = base[name], over[name]
        if isinstance(first, dict) and isinstance(second, dict):
            joined[name] = {**first, **second}
    return joined


def _list_names(option: JsonValue) -> _RefNames:
    reference = option.get("$ref") if isinstance(option, dict) else None
    return frozenset((reference,)) if isinstance(reference, str) else frozenset()


def _is_nullable(schema: JsonValue) -> bool:
    if not isinstance(schema, dict):
        return False
    options = [*get_list(schema, "anyOf"), *get_list(schema, "oneOf")]
    is_option = any(isinstance(option, dict) and option.get("type") == "null" for option in options)
    return schema.get("nullable") is True or "null" in get_list(schema, "type") or is_option


def _find_type(schema: JsonObject) -> str:
    declared = schema.get("type")
    if isinstance(declared, list):
        declared = next((name for name in declared if name != "null"), "null")
    if isinstance(declared, str):
        return declared
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _sample_number(schema: JsonObject, *, whole: bool) -> int | float:
    step = schema.get("multipleOf")
    least, excluded = schema.get("minimum"), schema.get("exclusiveMinimum")
    most = schema.get("maximum")
    gap = step if isinstance(step, int | float) and step > 0 else 1 if whole else 0.5
    number: int | float = step if isinstance(step, int | float) and step > 0 else 1
    if isinstance(least, int | float) and not isinstance(least, bool) and number < least:
        number = least
    if isinstance(excluded, int | float) and not isinstance(excluded, bool):
        number = max(number, excluded + gap)
    elif excluded is True and number == least:
        number += gap
    if isinstance(most, int | float) and not isinstance(most, bool) and number > most:
        number = most
    return number


def _sample_text(schema: JsonObject) -> str:
    text = _TEXTS.get(str(schema.get("format")), "example")
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and len(text) < least:
        text += "x" * (min(least, LONGEST_TEXT) - len(text))
    return text[:most] if isinstance(most, int) and most > 0 else text
