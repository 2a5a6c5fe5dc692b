"""Conformity with an OpenAPI operation."""

from typing import Any

import pytest

from app.engine import AssertionResult, AssertionSpec, Expectations, JsonValue
from app.engine.errors import InvalidExpectationError
from tests.engine.assertions.builders import evaluate

OPERATION: dict[str, Any] = {
    "responses": {
        "200": {
            "description": "a user",
            "headers": {"X-Request-Id": {"required": True, "schema": {"type": "string"}}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}},
        },
        "4XX": {"$ref": "#/components/responses/Problem"},
        "204": {"description": "nothing"},
    },
    "components": {
        "schemas": {
            "User": {
                "type": "object",
                "required": ["id", "password"],
                "properties": {
                    "id": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
                    "nick": {"type": "string", "nullable": True, "enum": ["a", "b"]},
                    "boss": {"allOf": [{"$ref": "#/components/schemas/User"}], "nullable": True},
                    "nullable": {"type": "boolean", "nullable": True},
                    "password": {"type": "string", "writeOnly": True},
                },
            },
            "Problem": {"type": "object", "required": ["title"]},
        },
        "responses": {
            "Problem": {
                "description": "refused",
                "content": {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                },
            }
        },
    },
}
HEADERS = (("Content-Type", "application/json"), ("X-Request-Id", "1"))


def conform(
    body: JsonValue | bytes,
    status: int = 200,
    operation: JsonValue = OPERATION,
    headers: tuple[tuple[str, str], ...] = HEADERS,
) -> list[AssertionResult]:
    expectations = Expectations(
        status=status, assertions=(AssertionSpec(type="openapi", expected=operation),)
    )
    return evaluate(expectations, body, status_code=status, headers=headers)[1:]


PROBLEM_HEADERS = (("content-type", "application/problem+json; charset=utf-8"),)


def test_an_answer_as_documented() -> None:
    user: JsonValue = {"id": 1, "nick": None, "boss": None, "nullable": None}
    (result,) = conform(user)
    assert (result.type, result.passed, result.message) == ("openapi", True, None)
    assert conform(b"", 204, headers=())[0].passed
    assert conform({"title": "no"}, 418, headers=PROBLEM_HEADERS)[0].passed


def test_a_status_that_is_not_documented() -> None:
    (result,) = conform({}, 500)
    assert result.message == "OpenAPI: status: 500 is not documented; there is 200, 4XX, 204"
    assert conform({}, 500, {"responses": {"default": {"description": "all others"}}})[0].passed


def test_the_most_exact_response_counts() -> None:
    responses: dict[str, Any] = {
        "default": {"content": {"text/plain": {}}},
        "2XX": {"content": {"text/html": {}}},
        "200": {"content": {"application/json": {}}},
    }
    assert conform({}, 200, {"responses": responses})[0].passed
    (result,) = conform({}, 201, {"responses": responses})
    assert "'application/json' is not documented; there is text/html" in (result.message or "")


@pytest.mark.parametrize("documented", ["*/*", "application/*", "Application/JSON; charset=utf-8"])
def test_media_types(documented: str) -> None:
    operation: JsonValue = {"responses": {"200": {"content": {documented: {"schema": False}}}}}
    (result,) = conform({}, 200, operation)
    assert result.operator == "schema"


def test_a_header_that_is_required() -> None:
    (result,) = conform({"id": 1}, headers=(("Content-Type", "application/json"),))
    assert result.message == "OpenAPI: header: the required header X-Request-Id is missing"


def test_every_error_of_the_schema() -> None:
    results = conform({"id": 0, "nick": "c", "boss": {"id": "x"}, "nullable": 1})
    assert {result.path for result in results} == {"$.id", "$.nick", "$.boss", "$.nullable"}
    assert {result.operator for result in results} == {"schema"}


def test_a_body_that_is_not_json() -> None:
    (result,) = conform(b"<html>")
    assert "OpenAPI: schema: the body is not JSON" in (result.message or "")


def test_the_schemas_of_the_endpoint() -> None:
    schemas: JsonValue = {
        "200": {"type": "object", "properties": {"id": {"type": "integer"}}},
        "default": {"description": "x", "content": {"application/json": {"schema": True}}},
    }
    expectations = Expectations(
        response_schemas=schemas, assertions=(AssertionSpec(type="openapi"),)
    )
    assert evaluate(expectations, {"id": 1})[-1].passed
    assert evaluate(expectations, {"id": "1"})[-1].path == "$.id"
    with pytest.raises(InvalidExpectationError, match="has no response schemas"):
        evaluate(Expectations(assertions=(AssertionSpec(type="openapi"),)))


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ([], "needs an OpenAPI operation with responses"),
        ({"responses": []}, "needs an OpenAPI operation with responses"),
        ({"responses": {"200": {"$ref": "#/components/responses/x"}}}, "there is no '#/components"),
        ({"responses": {"200": {"$ref": "#/responses/200"}}}, "its references go in a circle"),
        (
            {"responses": {"200": {"content": {"a/json": {"schema": {"type": 3}}}}}},
            "assertions[0].responses.200.a/json: not a JSON Schema",
        ),
        (
            {"responses": {"200": {"content": {"a/json": {"schema": {"$ref": "http://x/"}}}}}},
            "Retrieval is disabled",
        ),
    ],
)
def test_operations_that_are_none(operation: JsonValue, message: str) -> None:
    with pytest.raises(InvalidExpectationError) as caught:
        conform({}, 200, operation)
    assert message in caught.value.problem.message


def test_openapi_3_1() -> None:
    schema: JsonValue = {
        "type": ["object", "null"],
        "properties": {"a": {"type": "integer", "exclusiveMinimum": 3}, "b": {"const": 1}},
        "$defs": {"x": {"type": "string"}},
    }
    operation: JsonValue = {"responses": {"200": {"content": {"*/*": {"schema": schema}}}}}
    assert conform({"a": 4, "b": 1}, 200, operation)[0].passed
    assert len(conform({"a": 3, "b": 2}, 200, operation)) == 2
