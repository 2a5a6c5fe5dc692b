"""docs/openapi.json tells what the service does, and breaking changes are told apart."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from scripts.api_description.changes import find_breaking_changes
from scripts.api_description.document import DOCUMENT, describe, render

Document = dict[str, Any]
Change = Callable[[Document], object]

THING = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "size": {"type": "integer"},
        "kind": {"enum": ["a", "b"], "type": "string"},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
    },
}
DESCRIPTION: Document = {
    "paths": {
        "/things": {
            "post": {
                "operationId": "create_thing",
                "parameters": [{"in": "query", "name": "dry", "required": False}],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}
                    },
                },
                "responses": {
                    "201": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        }
                    }
                },
            }
        }
    },
    "components": {"schemas": {"Thing": THING, "NewThing": copy.deepcopy(THING)}},
}
DESCRIPTION["components"]["schemas"]["NewThing"]["properties"]["parts"]["items"] = {
    "$ref": "#/components/schemas/NewThing"
}


def test_the_file_is_current() -> None:
    assert DOCUMENT.read_text() == render(describe()), "run scripts/openapi"


def operation(document: Document) -> Document:
    return document["paths"]["/things"]["post"]


def fields(document: Document, schema: str) -> Document:
    return document["components"]["schemas"][schema]["properties"]


def required(document: Document, schema: str) -> list[str]:
    return document["components"]["schemas"][schema]["required"]


BREAKING: list[tuple[Change, str]] = [
    (lambda new: new["paths"].clear(), "POST /things: removed"),
    (
        lambda new: operation(new).update(operationId="make"),
        "POST /things: operation id create_thing is now make",
    ),
    (
        lambda new: operation(new)["parameters"].clear(),
        "POST /things: query parameter dry is gone",
    ),
    (
        lambda new: operation(new)["parameters"][0].update(required=True),
        "POST /things: query parameter dry is required now",
    ),
    (
        lambda new: required(new, "NewThing").append("size"),
        "POST /things body: field size is required now",
    ),
    (
        lambda new: fields(new, "NewThing").pop("size"),
        "POST /things body: field size is gone",
    ),
    (
        lambda new: fields(new, "NewThing")["kind"].update(enum=["a"]),
        "POST /things body.kind: no longer takes b",
    ),
    (
        lambda new: fields(new, "NewThing")["size"].update(type="string"),
        "POST /things body.size: no longer takes integer",
    ),
    (lambda new: fields(new, "Thing").pop("name"), "POST /things 201: field name is gone"),
    (
        lambda new: required(new, "Thing").remove("name"),
        "POST /things 201: field name may be absent now",
    ),
    (
        lambda new: fields(new, "Thing").update(
            name={"anyOf": [{"type": "string"}, {"type": "null"}]}
        ),
        "POST /things 201.name: may now be null",
    ),
    (
        lambda new: operation(new).update(responses={"202": {}}),
        "POST /things: answers 201 no more",
    ),
]


@pytest.mark.parametrize(("change", "message"), BREAKING)
def test_what_breaks_callers_is_named(change: Change, message: str) -> None:
    new = copy.deepcopy(DESCRIPTION)
    change(new)
    assert find_breaking_changes(DESCRIPTION, new) == [message]


HARMLESS: list[Change] = [
    lambda new: None,
    lambda new: new["paths"].update({"/other": {}}),
    lambda new: fields(new, "NewThing").update(colour={"type": "string"}),
    lambda new: required(new, "NewThing").remove("name"),
    lambda new: fields(new, "NewThing")["kind"].update(enum=["a", "b", "c"]),
    lambda new: fields(new, "Thing").update(colour={"type": "string"}),
    lambda new: required(new, "Thing").append("size"),
    lambda new: operation(new)["parameters"].append({"in": "query", "name": "more"}),
]


@pytest.mark.parametrize("change", HARMLESS)
def test_what_callers_survive_is_no_break(change: Change) -> None:
    new = copy.deepcopy(DESCRIPTION)
    change(new)
    assert find_breaking_changes(DESCRIPTION, new) == []
