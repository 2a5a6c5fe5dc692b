"""Assertions: status, headers and JSONPath; what cannot be understood is named."""

from typing import Any

import pytest

from app.engine import AssertionSpec, Expectations, JsonValue
from app.engine.errors import InvalidExpectationError
from tests.engine.assertions.builders import check, evaluate


@pytest.mark.parametrize(
    ("expected", "status", "passed"),
    [
        (None, 204, True),
        (None, 302, False),
        (200, 200, True),
        ("200", 200, True),
        (200, 201, False),
        ([200, 404], 404, True),
        ([200, "4xx"], 418, True),
        ("5XX", 503, True),
        ("5xx", 499, False),
    ],
)
def test_status(expected: JsonValue, status: int, passed: bool) -> None:
    (result,) = evaluate(Expectations(status=expected), status_code=status)
    assert (result.type, result.actual, result.passed) == ("status-code", status, passed)
    assert (result.message is None) is passed


def test_status_message() -> None:
    (result,) = evaluate(Expectations(status=[200, "3xx"]), status_code=404)
    assert result.message == "expected status 200 or 3xx, got 404"
    spec = AssertionSpec(type="status-code", operator="not-in", expected=["2xx", 404])
    assert check(spec).message == "expected status other than 2xx or 404, got 200"


@pytest.mark.parametrize(
    ("headers", "passed"),
    [
        ({"content-type": "application/json"}, True),
        ({"Content-Type": "application/json; charset=utf-8"}, True),
        ({"Content-Type": "text/html"}, False),
        ({"x-id": 7}, True),
        ({"x-id": "{{shared_variables.seven}}"}, True),
        ({"x-id": None}, True),
        ({"x-gone": None}, False),
        ({"x-gone": "1"}, False),
    ],
)
def test_expected_headers(headers: dict[str, JsonValue], passed: bool) -> None:
    result = evaluate(Expectations(headers=headers))[-1]
    assert (result.type, result.passed) == ("header", passed)


@pytest.mark.parametrize(
    ("operator", "path", "expected", "passed"),
    [
        ("eq", "$.id", 7, True),
        ("eq", "$.id", 7.0, True),
        ("eq", "$.id", "7", False),
        ("eq", "$.id", "{{shared_variables.seven}}", True),
        ("eq", "$.owner.admin", False, True),
        ("eq", "$.owner.admin", 0, False),
        ("eq", "$.none", None, True),
        ("eq", "$.tags", ["a", "b"], True),
        ("eq", "$.items[*].id", [1, 2], True),
        ("eq", "$.items[?@.id == 2].ok", True, True),
        ("ne", "$.name", "Desk", True),
        ("ne", "$.gone", "Desk", False),
        ("lt", "$.price", 10, True),
        ("lt", "$.price", 9.5, False),
        ("le", "$.price", 9.5, True),
        ("gt", "$.name", "Kite", True),
        ("ge", "$.id", 8, False),
        ("ge", "$.name", 1, False),
        ("gt", "$.owner.admin", -1, False),
        ("contains", "$.name", "am", True),
        ("contains", "$.tags", "b", True),
        ("contains", "$.tags", "c", False),
        ("contains", "$.owner", "admin", True),
        ("contains", "$.items[*].id", 2, True),
        ("contains", "$.id", 7, False),
        ("exists", "$.none", None, True),
        ("exists", "$.gone", None, False),
        ("absent", "$.gone", None, True),
        ("absent", "$.items[?@.id > 5]", None, True),
        ("absent", "$.id", None, False),
        ("matches", "$.name", "^L.m", True),
        ("matches", "$.name", "^x", False),
        ("matches", "$.id", "7", False),
        ("type", "$.id", "integer", True),
        ("type", "$.id", "number", True),
        ("type", "$.price", "integer", False),
        ("type", "$.none", "null", True),
        ("type", "$.owner.admin", "boolean", True),
        ("type", "$.owner", "object", True),
        ("type", "$.items[*]", "array", True),
        ("length", "$.name", 4, True),
        ("length", "$.items", 2, True),
        ("length", "$.owner", 2, True),
        ("length", "$.items[?@.id > 5]", 0, True),
        ("length", "$.id", 1, False),
    ],
)
def test_json_path(operator: str, path: str, expected: JsonValue, passed: bool) -> None:
    spec = AssertionSpec(type="custom", operator=operator, path=path, expected=expected)
    result = check(spec)
    assert result.passed is passed, result.message
    assert (result.type, result.path, result.operator) == ("custom", path, operator)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"path": "$.id", "expected": 8}, "$.id: expected 8, got 7"),
        ({"path": "$.id", "operator": "ge", "expected": 8}, "$.id: expected at least 8, got 7"),
        (
            {"path": "$.tags", "operator": "length", "expected": 3},
            "$.tags: expected length 3, got length 2",
        ),
        (
            {"path": "$.id", "operator": "type", "expected": "string"},
            '$.id: expected a value of type "string", got 7 of type integer',
        ),
        ({"path": "$.gone", "expected": 8}, "$.gone: nothing is there in the body"),
        ({"path": "$.id", "operator": "absent"}, "$.id: it is there"),
        ({"path": "$.id", "expected": 8, "description": "the id"}, "the id: expected 8, got 7"),
    ],
)
def test_messages(spec: dict[str, Any], message: str) -> None:
    assert check(AssertionSpec(type="jsonpath", **spec)).message == message


@pytest.mark.parametrize(
    ("spec", "passed"),
    [
        ({"type": "status-code", "expected": 200}, True),
        ({"type": "status-code", "operator": "lt", "expected": 200}, False),
        ({"type": "status-code", "operator": "in", "expected": ["2xx", 404]}, True),
        ({"type": "status-code", "operator": "in", "expected": ["3xx", 404]}, False),
        ({"type": "status-code", "operator": "ne", "expected": "5xx"}, True),
        ({"type": "status-code", "operator": "not-in", "expected": ["2xx", 404]}, False),
        ({"type": "header", "name": "X-Id"}, True),
        ({"type": "header", "name": "X-Id", "operator": "matches", "expected": "^[0-9]$"}, True),
        ({"type": "header", "path": "X-Gone", "operator": "absent"}, True),
        ({"type": "body", "operator": "contains", "expected": '"Lamp"'}, True),
        ({"type": "body", "operator": "type", "expected": "object"}, True),
        ({"type": "body", "path": "$.id", "expected": 7}, True),
        ({"type": "response-time", "expected": 100}, True),
        ({"type": "response-time", "operator": "lt", "expected": 100}, False),
        ({"type": "custom", "path": "$.id"}, True),
    ],
)
def test_families(spec: dict[str, Any], passed: bool) -> None:
    assert check(AssertionSpec(**spec)).passed is passed


def test_all_are_evaluated() -> None:
    results = evaluate(
        Expectations(
            status=500,
            headers={"X-Gone": "1"},
            body={"id": 8},
            body_match_type="partial",
            response_time_max_ms=1,
            assertions=(AssertionSpec(type="custom", path="$.id", expected=1),) * 2,
        )
    )
    assert len(results) == 6
    assert not any(result.passed for result in results)


@pytest.mark.parametrize(
    ("expectations", "message"),
    [
        (Expectations(status="ok"), "expected_status_code: 'ok' is not a status code"),
        (Expectations(status=[]), "the list of status codes is empty"),
        (Expectations(status=True), "is not a status code"),
        (Expectations(body={}, body_match_type="like"), "there is no match 'like'; there is exact"),
        (
            Expectations(assertions=(AssertionSpec(type="colour"),)),
            "assertions[0]: there is no assertion of type 'colour'; there is status-code",
        ),
        (Expectations(assertions=(AssertionSpec(type="custom"),)), "assertions[0]: needs a path"),
        (Expectations(assertions=(AssertionSpec(type="header"),)), "needs the name of a header"),
    ],
)
def test_what_cannot_be_understood_is_named(expectations: Expectations, message: str) -> None:
    with pytest.raises(InvalidExpectationError) as caught:
        evaluate(expectations)
    assert message in caught.value.problem.message


@pytest.mark.parametrize(
    ("operator", "expected", "message"),
    [
        ("almost", 1, "there is no operator 'almost'; there is eq, ne"),
        ("lt", None, "'lt' needs a number or a text, not null"),
        ("length", "2", "'length' needs a whole number, not string"),
        ("type", "text", "'type' needs one of null, boolean"),
        ("matches", "(", "is not a regular expression"),
        ("matches", 1, "'matches': needs a pattern"),
    ],
)
def test_misused_operators_are_named(operator: str, expected: JsonValue, message: str) -> None:
    spec = AssertionSpec(type="custom", path="$.id", operator=operator, expected=expected)
    with pytest.raises(InvalidExpectationError) as caught:
        check(spec)
    assert message in caught.value.problem.message


@pytest.mark.parametrize(
    "path", ["id", "$.[", "$..", "$[?@.a =~ /x/]", "$.a | $.b", "$" + ".a" * 2000]
)
def test_a_path_that_is_no_json_path_is_named(path: str) -> None:
    with pytest.raises(InvalidExpectationError, match="JSONPath"):
        check(AssertionSpec(type="custom", path=path))
