"""What an OpenAPI operation says of its responses."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.assertions.json_schema import JsonSchema, compile_schema
from app.engine.assertions.openapi_schema import convert_schema, convert_schemas
from app.engine.errors import InvalidExpectationError
from app.engine.json_values import JsonObject, JsonValue

MAXIMUM_REFERENCES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentedResponse:
    """What an operation says of one status; schemas by media type, None where it has none."""

    content: Mapping[str, JsonSchema | None] = field(default_factory=dict[str, JsonSchema | None])
    required_headers: tuple[str, ...] = ()


def read_operation(operation: JsonValue, location: str) -> dict[str, DocumentedResponse]:
    """Responses by status, range or `default`; InvalidExpectationError names what is wrong."""
    if not isinstance(operation, dict) or not isinstance(operation.get("responses"), dict):
        raise InvalidExpectationError("needs an OpenAPI operation with responses", location)
    return _OperationReader(operation, location).read()


class _OperationReader:
    """Compiles the schemas of an operation; errors name the place."""

    def __init__(self, operation: JsonObject, location: str) -> None:
        self._operation = operation
        self._location = location
        self._components = _convert_components(operation.get("components"))

    def read(self) -> dict[str, DocumentedResponse]:
        responses = _get_object(self._operation, "responses")
        return {key: self._read_response(key, value) for key, value in responses.items()}

    def _read_response(self, key: str, value: JsonValue) -> DocumentedResponse:
        response = self._resolve(value)
        location = f"{self._location}.responses.{key}"
        headers = _get_object(response, "headers")
        return DocumentedResponse(
            content={
                media_type: self._read_schema(entry, f"{location}.{media_type}")
                for media_type, entry in _get_object(response, "content").items()
            },
            required_headers=tuple(
                name
                for name, header in headers.items()
                if self._resolve(header).get("required") is True
            ),
        )

    def _read_schema(self, entry: JsonValue, location: str) -> JsonSchema | None:
        schema = convert_schema(entry.get("schema")) if isinstance(entry, dict) else None
        if schema is None:
            return None
        if isinstance(schema, dict) and self._components:
            schema = {**schema, "components": self._components}
        return compile_schema(schema, location)

    def _resolve(self, value: JsonValue) -> JsonObject:
        """What a reference into the components names; other values as they are."""
        for _ in range(MAXIMUM_REFERENCES):
            if not isinstance(value, dict):
                return {}
            reference = value.get("$ref")
            if not isinstance(reference, str):
                return value
            value = self._follow(reference)
        raise InvalidExpectationError("its references go in a circle", self._location)

    def _follow(self, reference: str) -> JsonValue:
        value: JsonValue = self._operation
        for name in reference.removeprefix("#/").split("/"):
            if not isinstance(value, dict) or name not in value:
                raise InvalidExpectationError(f"there is no '{reference}' in it", self._location)
            value = value[name]
        return value


def _get_object(parent: JsonObject, name: str) -> JsonObject:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _convert_components(components: JsonValue) -> JsonValue:
    if not isinstance(components, dict):
        return None
    return {**components, "schemas": convert_schemas(components.get("schemas", {}))}
