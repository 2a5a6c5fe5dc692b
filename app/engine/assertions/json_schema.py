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

from app.engine.assertions.operators import cut, show
from app.engine.assertions.schema_cost import SchemaCost
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import Location, render_path
from app.engine.json_values import JsonValue, count_values, render_json

MAXIMUM_ERRORS = 50
MAXIMUM_MESSAGE_CHARACTERS = 500
ALTERNATIVES = ('"anyOf"', '"oneOf"')
REFERENCES = ('"$ref"', '"$dynamicRef"', '"$recursiveRef"')

# How often a value may be looked at: about half a second, and about a thousand errors.
VALIDATION_VISITS = 10_000_000
EXPLANATION_VISITS = 1_000
EXPLAINED_VALUES = 20_000

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

    validator: Validator
    has_alternatives: bool
    cost: SchemaCost | None

    def iter_errors(self, value: JsonValue) -> Iterator[SchemaError]:
        """The first errors; only one where looking for all could take too long."""
        if not self._is_within(VALIDATION_VISITS, value):
            message = "the alternatives of the schema are too many for a value nested like this"
            yield SchemaError((), message, None, value)
        elif self.validator.is_valid(value):
            return
        elif self._is_explainable(value):
            errors = islice(self.validator.iter_errors(value), MAXIMUM_ERRORS)
            yield from map(_read_error, errors)
        elif self.has_alternatives:
            message = "it does not match; it or its alternatives are too many to say where"
            yield SchemaError((), message, None, value)
        else:
            yield from self._iter_first(value)

    def _iter_first(self, value: JsonValue) -> Iterator[SchemaError]:
        try:
            self.validator.validate(value)
        except ValidationError as error:
            yield _read_error(error)

    def _is_explainable(self, value: JsonValue) -> bool:
        """The library works out all errors before it gives the first."""
        is_small = count_values(value, EXPLAINED_VALUES) < EXPLAINED_VALUES
        return is_small and self._is_within(EXPLANATION_VISITS, value)

    def _is_within(self, limit: int, value: JsonValue) -> bool:
        return self.cost is None or self.cost.is_within(limit, value)


def _read_error(error: ValidationError) -> SchemaError:
    actual = cast("JsonValue", error.instance)
    message = f"{cut(error.message, MAXIMUM_MESSAGE_CHARACTERS)}, got {show(actual)}"
    expected: JsonValue = {error.kind.name: _to_json(error.kind.value)}
    return SchemaError(tuple(error.instance_path), message, expected, actual)


def _to_json(value: object) -> JsonValue:
    """What a keyword says; of alternatives, why none of them fits."""
    if isinstance(value, ValidationError):
        return cut(value.message, MAXIMUM_MESSAGE_CHARACTERS)
    if isinstance(value, list):
        return [_to_json(item) for item in cast("list[object]", value)[:MAXIMUM_ERRORS]]
    return cast("JsonValue", value)


def compile_schema(schema: JsonValue, location: str) -> JsonSchema:
    """Raise InvalidExpectationError for what is not a schema, or refers to what it does not hold."""
    try:
        return _compile(render_json(schema))
    except ValidationError as error:
        place = render_path(error.instance_path)
        reason = f"{place}: {cut(error.message, MAXIMUM_MESSAGE_CHARACTERS)}"
    except (ReferencingError, ValueError) as error:
        reason = cut(str(error), MAXIMUM_MESSAGE_CHARACTERS)
    raise InvalidExpectationError(f"not a JSON Schema: {reason}", location)


@lru_cache(maxsize=256)
def _compile(text: str) -> JsonSchema:
    validator = validator_for(
        text, offline=True, validate_formats=True, pattern_options=PATTERNS, mask="it"
    )
    # Without references the work is bounded by the size of the schema.
    has_references = any(keyword in text for keyword in REFERENCES)
    return JsonSchema(
        validator=validator,
        has_alternatives=any(keyword in text for keyword in ALTERNATIVES),
        cost=SchemaCost(orjson.loads(text)) if has_references else None,
    )
