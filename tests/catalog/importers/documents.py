"""API descriptions of realistic size and kind."""

from typing import Any

Document = dict[str, Any]

TAGS = (
    "Users",
    "Orders",
    "Products",
    "Invoices",
    "Teams",
    "Reports",
    "Files",
    "Events",
    "Jobs",
    "Keys",
)
KINDS = 10


def build_large_document(operations: int = 500) -> Document:
    """A document with many tags, five operations per resource, and schemas that all meet each other."""
    paths: Document = {}
    schemas: Document = {}
    for number in range(operations // 5):
        name = f"Thing{number}"
        tag = TAGS[number % len(TAGS)]
        paths[f"/things{number}"] = {
            "get": _operation(f"list{name}", tag, {"type": "array", "items": _refer(name)}),
            "post": {
                **_operation(f"create{name}", tag, _refer(name), 201),
                "requestBody": _body(name),
            },
        }
        paths[f"/things{number}/{{thingId}}"] = {
            "parameters": [
                {"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "get": _operation(f"get{name}", tag, _refer(name)),
            "put": {**_operation(f"update{name}", tag, _refer(name)), "requestBody": _body(name)},
            "delete": {**_operation(f"delete{name}", tag, None, 204)},
        }
        schemas[name] = _build_schema(number, operations // 5)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Large", "version": "1"},
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        },
    }


def _operation(name: str, tag: str, schema: Document | None, status: int = 200) -> Document:
    response: Document = {"description": "Done"}
    if schema is not None:
        response["content"] = {"application/json": {"schema": schema}}
    return {"operationId": name, "tags": [tag], "responses": {str(status): response}}


def _refer(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(name: str) -> Document:
    return {"content": {"application/json": {"schema": _refer(name)}}}


def _build_schema(number: int, count: int) -> Document:
    """It has children of its own kind, and a neighbour that leads around the circle of all."""
    texts = {f"text{index}": {"type": "string", "description": "x" * 80} for index in range(KINDS)}
    return {
        "type": "object",
        "required": ["id", "name"],
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "name": {"type": "string", "minLength": 3},
            "children": {"type": "array", "items": _refer(f"Thing{number}")},
            "neighbour": _refer(f"Thing{(number + 1) % count}"),
            **texts,
        },
    }
