"""Schemas of OpenAPI 3.0 as JSON Schema 2020-12; those of 3.1 stay as they are."""

from app.engine.json_values import JsonObject, JsonValue

_SCHEMAS_BY_NAME = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS_OF_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains"),
    *("propertyNames", "unevaluatedItems", "unevaluatedProperties"),
)
_COMBINING = ("allOf", "anyOf", "oneOf", "not", "const", "$ref")
_LIMITS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def convert_schema(schema: JsonValue) -> JsonValue:
    """Say `nullable`, true exclusive limits and `writeOnly` in words of JSON Schema."""
    if not isinstance(schema, dict):
        return schema
    converted = {name: _convert_keyword(name, value) for name, value in schema.items()}
    _convert_limits(converted)
    _drop_write_only(converted)
    return _allow_null(converted) if converted.pop("nullable", None) is True else converted


def convert_schemas(schemas: JsonValue) -> JsonValue:
    """Convert schemas by name, such as `components.schemas`."""
    if not isinstance(schemas, dict):
        return schemas
    return {name: convert_schema(schema) for name, schema in schemas.items()}


def _convert_keyword(name: str, value: JsonValue) -> JsonValue:
    if name in _SCHEMAS:
        return convert_schema(value)
    if name in _SCHEMAS_BY_NAME:
        return convert_schemas(value)
    if name in _LISTS_OF_SCHEMAS and isinstance(value, list):
        return list(map(convert_schema, value))
    return value


def _convert_limits(schema: JsonObject) -> None:
    for exclusive, limit in _LIMITS:
        flag = schema.get(exclusive)
        if not isinstance(flag, bool):
            continue
        del schema[exclusive]
        if flag and limit in schema:
            schema[exclusive] = schema.pop(limit)


def _drop_write_only(schema: JsonObject) -> None:
    """A property that is only written is not required of an answer."""
    required, properties = schema.get("required"), schema.get("properties")
    if isinstance(required, list) and isinstance(properties, dict):
        schema["required"] = [name for name in required if not _is_write_only(name, properties)]


def _is_write_only(name: JsonValue, properties: JsonObject) -> bool:
    schema = properties.get(name) if isinstance(name, str) else None
    return isinstance(schema, dict) and schema.get("writeOnly") is True


def _allow_null(schema: JsonObject) -> JsonObject:
    type_, choices = schema.get("type"), schema.get("enum")
    if not isinstance(type_, str) or any(keyword in schema for keyword in _COMBINING):
        return {"anyOf": [{"type": "null"}, schema]}
    schema["type"] = [type_, "null"]
    if isinstance(choices, list):
        schema["enum"] = [*choices, None]
    return schema
