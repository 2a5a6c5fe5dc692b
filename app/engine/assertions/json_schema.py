"""JSON Schema (2020-12, or the draft that a schema names), compiled once per schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import cast

import orjson
from jsonschema_rs import (
    FancyRegexOptions,
    ReferencingError,
    ValidationError,
    Validator,
    validator_for,
)

from app.engine.assertions.operators import show
from app.engine.assertions.schema_cost import is_explainable
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import Location, render_path
from app.engine.json_values import JsonValue, render_json

MAXIMUM_ERRORS = 50
MAXIMUM_MESSAGE_CHARACTERS = 500
PATTERNS = FancyRegexOptions(backtrack_limit=100_000)


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One place that does not match; `expected` is the keyword of the schema that says so."""

    place: Location
    message: str
    expected: JsonValue
    actual: JsonValue


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """A schema ready to be used."""

    document: JsonValue
    validator: Validator

    def iter_errors(self, value: JsonValue) -> Iterator[SchemaError]:
        """The first errors; all of them are looked for only where that cannot take too long."""
        if self.validator.is_valid(value):
            return
        if is_explainable(self.document, value):
            errors = islice(self.validator.iter_errors(value), MAXIMUM_ERRORS)
            yield from map(_read_error, errors)
        else:
            message = "it does not match; the alternatives are too many to say where"
            yield SchemaError((), message, None, value)


def _read_error(error: ValidationError) -> SchemaError:
    actual = cast("JsonValue", error.instance)
    message = f"{error.message[:MAXIMUM_MESSAGE_CHARACTERS]}, got {show(actual)}"
    expected: JsonValue = {error.kind.name: _to_json(error.kind.value)}
    return SchemaError(tuple(error.instance_path), message, expected, actual)


def _to_json(value: object) -> JsonValue:
    """What a keyword says; of alternatives, why none of them fits."""
    if isinstance(value, ValidationError):
        return value.message[:MAXIMUM_MESSAGE_CHARACTERS]
    if isinstance(value, list):
        return [_to_json(item) for item in cast("list[object]", value)[:MAXIMUM_ERRORS]]
    return cast("JsonValue", value)


def compile_schema(schema: JsonValue, location: str) -> JsonSchema:
    """Raise InvalidExpectationError for what is not a schema, or refers to what it does not hold."""
    try:
        return _compile(render_json(schema))
    except ValidationError as error:
        place = render_path(error.instance_path)
        reason = f"{place}: {error.message[:MAXIMUM_MESSAGE_CHARACTERS]}"
    except (ReferencingError, ValueError) as error:
        reason = str(error)[:MAXIMUM_MESSAGE_CHARACTERS]
    raise InvalidExpectationError(f"not a JSON Schema: {reason}", location)


@lru_cache(maxsize=256)
def _compile(text: str) -> JsonSchema:
    validator = validator_for(
        text, offline=True, validate_formats=True, pattern_options=PATTERNS, mask="it"
    )
    return JsonSchema(orjson.loads(text), validator)
