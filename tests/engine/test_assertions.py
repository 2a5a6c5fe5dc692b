"""Assertions: every family, every operator, every failure readable."""

import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import (
    AssertionResult,
    AssertionSpec,
    Expectations,
    JsonValue,
    ReceivedResponse,
    Scope,
)
from app.engine.assertions.checks import build_checks
from app.engine.assertions.operators import OPERATORS
from app.engine.errors import InvalidExpectationError
from app.engine.json_values import is_equal
from app.engine.response import Response

BODY: JsonValue = {
    "id": 7,
    "price": 9.5,
    "name": "Lamp",
    "tags": ["a", "b"],
    "owner": {"name": "Ada", "admin": False},
    "none": None,
    "items": [{"id": 1, "ok": True}, {"id": 2, "ok": True}],
}


def evaluate(
    expectations: Expectations, body: bytes | JsonValue = BODY, **fields: Any
) -> list[AssertionResult]:
    answer: dict[str, Any] = {
        "status_code": 200,
        "headers": (("Content-Type", "application/json; charset=utf-8"), ("X-Id", "7")),
        "body": body if isinstance(body, bytes) else orjson.dumps(body),
        "elapsed_ms": 100.0,
    }
    received = ReceivedResponse(**(answer | fields))
    response = Response(received)
    scope = Scope(shared_variables={"seven": 7})
    return [
        result for check in build_checks(expectations, scope) for result in check.evaluate(response)
    ]


def check(spec: AssertionSpec, body: bytes | JsonValue = BODY) -> AssertionResult:
    return evaluate(Expectations(assertions=(spec,)), body)[-1]


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


@pytest.mark.parametrize(
    ("match", "expected", "paths"),
    [
        ("exact", BODY, []),
        (None, BODY, []),
        ("exact", {"id": 7}, ["$.items", "$.name", "$.none", "$.owner", "$.price", "$.tags"]),
        ("partial", {"owner": {"name": "Ada"}, "tags": ["a"], "items": [{"id": 1}]}, []),
        (
            "partial",
            {"id": 8, "gone": 1, "tags": ["a", "x", "y"], "owner": 3},
            ["$.gone", "$.id", "$.owner", "$.tags[1]", "$.tags[2]"],
        ),
        ("contains", {"id": 2}, []),
        ("contains", "Lamp", []),
        ("contains", {"id": 3}, ["$"]),
        ("contains", "Desk", ["$"]),
        ("exact", "Desk", ["$"]),
    ],
)
def test_body(match: str | None, expected: JsonValue, paths: list[str]) -> None:
    results = evaluate(Expectations(body=expected, body_match_type=match))[1:]
    assert sorted(result.path or "" for result in results if not result.passed) == paths
    assert len(results) == max(len(paths), 1)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the body is empty"),
        (b"<html>", "the body is not JSON"),
        (b'{"a": 1', "the body is not JSON"),
        (b'"\xff"', "the body is not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "the body is not JSON"),
        (b"[" * 300 + b"]" * 300, "nested deeper"),
    ],
)
def test_a_body_that_is_not_json_fails_and_never_raises(body: bytes, problem: str) -> None:
    spec = AssertionSpec(type="custom", path="$.a", expected=1)
    results = evaluate(Expectations(body={"a": 1}, assertions=(spec,)), body)
    assert [result.passed for result in results] == [True, False, False]
    assert all(problem in (result.message or "") for result in results[1:])


def test_a_cut_body_is_not_taken_for_json() -> None:
    results = evaluate(Expectations(body=1), b"12345", is_truncated=True)
    assert "cut after 5 bytes" in (results[-1].message or "")


def test_a_text_body_is_compared_as_text() -> None:
    assert evaluate(Expectations(body="pong"), b"pong")[-1].passed
    assert not evaluate(Expectations(body="pong"), b"ping")[-1].passed


def test_a_json_text_is_a_document() -> None:
    spec = AssertionSpec(type="custom", path="$", expected="[1]")
    assert check(spec, b'"[1]"').passed


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
        (Expectations(body={}, body_match_type="schema"), "matching by 'schema' is not supported"),
        (
            Expectations(assertions=(AssertionSpec(type="xpath"),)),
            "assertions[0]: there is no assertion of type 'xpath'",
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
        ("matches", 1, "'matches' needs a pattern"),
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


texts = st.text(st.characters(exclude_characters="{", exclude_categories=["Cs"]), max_size=5)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(json_values, json_values)
def test_operators_always_answer(actual: JsonValue, expected: JsonValue) -> None:
    for name, operator in OPERATORS.items():
        if name != "matches":
            assert isinstance(operator(actual, expected), bool)
    assert OPERATORS["eq"](actual, actual)
    assert OPERATORS["eq"](actual, expected) is not OPERATORS["ne"](actual, expected)
    assert OPERATORS["lt"](actual, expected) is OPERATORS["gt"](expected, actual)
    assert OPERATORS["le"](actual, expected) is OPERATORS["ge"](expected, actual)


@given(json_values)
def test_a_body_matches_itself(body: JsonValue) -> None:
    if body is None:
        return
    for match in ("exact", "partial", "contains"):
        assert evaluate(Expectations(body=body, body_match_type=match), body)[-1].passed


@given(json_values, json_values)
def test_an_exact_match_is_equality(left: JsonValue, right: JsonValue) -> None:
    if left is None or isinstance(left, str):
        return
    passed = all(result.passed for result in evaluate(Expectations(body=left), right))
    assert passed is is_equal(left, right)


def test_a_large_body_is_compared_quickly() -> None:
    body: JsonValue = [{"id": index} for index in range(50_000)]
    other: JsonValue = [{"id": -index} for index in range(50_000)]
    started = time.process_time()
    assert len(evaluate(Expectations(body=other), body)) == 51
    assert time.process_time() - started < 2
