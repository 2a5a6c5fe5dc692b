"""JSON Schema: every error with its place; no network; bounded work."""

from typing import Any

import pytest

from app.engine import AssertionResult, AssertionSpec, Expectations, JsonValue
from app.engine.errors import InvalidExpectationError
from tests.engine.assertions.builders import check, evaluate

SCHEMA: JsonValue = {
    "type": "object",
    "required": ["id", "email"],
    "properties": {
        "id": {"type": "integer"},
        "email": {"type": "string", "format": "email"},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}},
        "size": {"anyOf": [{"type": "integer"}, {"const": "all"}]},
    },
}


def validate(body: JsonValue | bytes, schema: JsonValue = SCHEMA) -> list[AssertionResult]:
    return evaluate(Expectations(body=schema, body_match_type="schema"), body)[1:]


def test_a_body_that_matches() -> None:
    (result,) = validate({"id": 1, "email": "a@b.test", "tags": ["x"], "size": "all"})
    assert (result.type, result.passed, result.diff) == ("schema", True, None)


def test_every_error_names_its_place() -> None:
    results = validate({"email": "no", "tags": ["ok", "Bad", 3], "size": "none"})
    found = {result.path: result.message for result in results}
    assert set(found) == {"$", "$.email", "$.tags[1]", "$.tags[2]", "$.size"}
    assert found["$.email"] == ('body matches the schema: $.email: it is not a "email", got "no"')
    assert not any(result.passed for result in results)


def test_an_error_shows_what_the_schema_says() -> None:
    (result,) = validate({"id": 1, "email": "a@b.test", "size": "none"})
    assert result.expected == {"anyOf": [['it is not of type "integer"'], ['"all" was expected']]}
    assert result.actual == "none"
    assert (result.diff or "").startswith("$.size\n- {")


def test_a_part_of_the_body() -> None:
    spec = AssertionSpec(type="schema", path="$.items[*]", expected={"required": ["id"]})
    body: JsonValue = {"items": [{"id": 1}, {}]}
    result = check(spec, body)
    assert (result.passed, result.path) == (False, "$.items[1]")
    assert check(spec, {"items": []}).message == "schema: $.items[*]: nothing is there in the body"


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "text"}, "expected_body: not a JSON Schema: $.type"),
        ({"$ref": "http://127.0.0.1:9/schema"}, "Retrieval is disabled"),
        ({"$ref": "file:///etc/passwd"}, "Retrieval is disabled"),
        ({"$ref": "#/$defs/gone"}, "not a JSON Schema"),
        ({"pattern": "("}, "not a JSON Schema"),
        ([], "not a JSON Schema"),
        ("abc", "not a JSON Schema"),
    ],
)
def test_what_is_no_schema_is_named(schema: JsonValue, message: str) -> None:
    with pytest.raises(InvalidExpectationError) as caught:
        validate({}, schema)
    assert message in caught.value.problem.message


def test_a_schema_is_needed() -> None:
    with pytest.raises(InvalidExpectationError, match="needs a schema"):
        check(AssertionSpec(type="schema"))


def test_the_draft_that_a_schema_names() -> None:
    draft7: dict[str, Any] = {"$schema": "http://json-schema.org/draft-07/schema#"}
    tuple_schema: JsonValue = {**draft7, "items": [{"type": "string"}]}
    assert not validate([1], tuple_schema)[0].passed
    assert validate([1], {"prefixItems": [{"type": "integer"}]})[0].passed


def test_a_body_that_is_not_json() -> None:
    (result,) = validate(b"<html>")
    assert "the body is not JSON" in (result.message or "")


def test_a_pattern_of_exponential_cost() -> None:
    assert not validate("a" * 200 + "b", {"pattern": "^(?=a)(a|a)+$"})[0].passed


def test_only_the_first_error_of_a_large_body_is_shown() -> None:
    body: list[JsonValue] = [1, 2, *["x"] * 100_000]
    (result,) = validate(body, {"items": {"type": "integer"}})
    assert result.path == "$[2]"
    (general,) = validate(body, {"items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}})
    assert "too many to say where" in (general.message or "")
    assert len(validate(body[:1000], {"items": {"type": "integer"}})) == 50


def nest(levels: int) -> JsonValue:
    body: JsonValue = {}
    for _ in range(levels):
        body = {"a": body}
    return body


ALTERNATIVES: JsonValue = {
    "anyOf": [
        {"properties": {"a": {"$ref": "#"}}, "required": ["y"]},
        {"properties": {"a": {"$ref": "#"}}, "required": ["z"]},
    ]
}


def test_errors_that_would_grow_without_bound_are_not_listed() -> None:
    (result,) = validate(nest(15), ALTERNATIVES)
    assert "alternatives are too many to say where" in (result.message or "")
    (shallow,) = validate(nest(3), ALTERNATIVES)
    assert "anyOf" in (shallow.message or "")


def test_references_that_fan_out_are_not_followed() -> None:
    definitions: dict[str, JsonValue] = {}
    for index in range(40):
        reference: JsonValue = {"$ref": f"#/$defs/d{index + 1}"}
        definitions[f"d{index}"] = {"anyOf": [reference, reference]}
    schema: JsonValue = {"$ref": "#/$defs/d0", "$defs": {**definitions, "d40": {"type": "null"}}}
    (result,) = validate(1, schema)
    assert "the alternatives of the schema are too many" in (result.message or "")


def test_a_recursive_schema_without_alternatives_explains_everything() -> None:
    schema: JsonValue = {"properties": {"a": {"$ref": "#"}}, "type": "object", "maxProperties": 1}
    body: JsonValue = {"a": {"a": {"a": 1}}}
    (result,) = validate(body, schema)
    assert result.path == "$.a.a.a"
    assert validate(1, {"$ref": "#"})[0].passed
