"""The JSON Schema of suite documents, for editors that complete and check while one writes."""

from typing import Any, Final

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.endpoints.schemas import CaseEndpoint
from app.catalog.fixtures.schemas import FixtureCreate
from app.catalog.suite_documents.rendering import PLACE
from app.catalog.suite_documents.schemas import SuiteDocument

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ENDPOINT_PATTERN: Final = "^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) +[^ ]"
_DEFINITIONS: Final = "#/$defs/{model}"

_Schema = dict[str, Any]


def build_schema() -> _Schema:
    """Return the schema, made from the models that the API validates with."""
    definitions: _Schema = {}
    document = _take(SuiteDocument, definitions)
    case = _take(CaseCreate, definitions)
    endpoint = _take(CaseEndpoint, definitions)
    fixture = _take(FixtureCreate, definitions)
    _shorten_case(case)
    _drop(endpoint, "method", "path")
    _drop(fixture, "name")
    properties = document["properties"]
    properties["cases"]["items"] = {"$ref": "#/$defs/Case"}
    properties["endpoints"] |= {
        "additionalProperties": {"$ref": "#/$defs/EndpointDetails"},
        "propertyNames": {"pattern": ENDPOINT_PATTERN},
    }
    properties["fixtures"]["additionalProperties"] = {"$ref": "#/$defs/Fixture"}
    definitions.pop(CaseEndpoint.__name__, None)
    own = {"Case": case, "EndpointDetails": endpoint, "Fixture": fixture}
    return {
        "$schema": DIALECT,
        **document,
        "title": "Suite",
        "$defs": dict(sorted((definitions | own).items())),
    }


def _take(model: type[Any], definitions: _Schema) -> _Schema:
    """The schema of a model; those that it refers to go where all can refer to them."""
    schema: _Schema = model.model_json_schema(ref_template=_DEFINITIONS)
    definitions.update(schema.pop("$defs", {}))
    return schema


def _shorten_case(case: _Schema) -> None:
    """What a document says in a shorter way than the API."""
    _drop(case, PLACE)
    properties = case["properties"]
    properties["endpoint"] = {
        "description": "Method and path; endpoints are shared in a project.",
        "anyOf": [
            {"type": "string", "pattern": ENDPOINT_PATTERN, "examples": ["GET /users/{id}"]},
            {
                "type": "object",
                "properties": {"method": {"type": "string"}, "path": {"type": "string"}},
                "required": ["method", "path"],
                "additionalProperties": False,
            },
        ],
    }
    required = properties["dependencies"]["items"]
    properties["dependencies"]["items"] = {
        "anyOf": [{"type": "string", "examples": ["login"]}, required]
    }


def _drop(schema: _Schema, *names: str) -> None:
    for name in names:
        schema["properties"].pop(name, None)
        if name in schema.get("required", ()):
            schema["required"].remove(name)
