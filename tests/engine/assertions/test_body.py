"""The body as a whole."""

import pytest
from hypothesis import given

from app.engine import AssertionSpec, Expectations, JsonValue
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import QueryLimits, limiting_queries
from app.engine.json_values import is_equal
from tests.engine.assertions.builders import BODY, check, evaluate, json_values


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


def test_the_differences_of_a_large_body_are_bounded() -> None:
    body: JsonValue = [{"id": index} for index in range(50_000)]
    other: JsonValue = [{"id": -index} for index in range(50_000)]
    assert len(evaluate(Expectations(body=other), body)) == 51


@pytest.mark.parametrize(
    ("pattern", "body", "passed"),
    [
        ("^pong$", b"pong", True),
        ("p.ng", b"ping pang", True),
        ("^pong$", b"pongs", False),
        ('"id":\\s*[0-9]+', b'{"id": 7}', True),
        ("^(a|a)+$", b"a" * 99 + b"b", False),
    ],
)
def test_a_pattern(pattern: str, body: bytes, passed: bool) -> None:
    result = evaluate(Expectations(body=pattern, body_match_type="regex"), body)[-1]
    assert (result.type, result.operator, result.passed) == ("body", "matches", passed)


@pytest.mark.parametrize("match", ["exact", "partial"])
def test_ignored_paths(match: str) -> None:
    expected: JsonValue = {"id": 1, "at": "then", "items": [{"id": 1, "at": 1}], "gone": 1}
    actual: JsonValue = {"id": 1, "at": "now", "items": [{"id": 1, "at": 2}]}
    paths = ("$..at", "$.gone")
    results = evaluate(
        Expectations(body=expected, body_match_type=match, ignore_paths=paths), actual
    )
    assert all(result.passed for result in results)
    assert not evaluate(Expectations(body=expected, body_match_type=match), actual)[-1].passed


def test_bad_ignored_paths_and_patterns_are_named() -> None:
    with pytest.raises(InvalidExpectationError, match="ignore_paths: 'at' is not a JSONPath"):
        evaluate(Expectations(body={}, ignore_paths=("at",)))
    with pytest.raises(InvalidExpectationError, match="expected_body: 'matches'"):
        evaluate(Expectations(body="(", body_match_type="regex"))


def test_ignored_paths_of_too_many_steps() -> None:
    row: list[JsonValue] = [0] * 100
    body: list[JsonValue] = [row] * 11
    with limiting_queries(QueryLimits(steps=1000)):
        results = evaluate(Expectations(body=body, ignore_paths=("$[*][*]",)), body)
    assert "takes more than 1000 steps" in (results[-1].message or "")


def test_bytes_that_are_no_text_are_told() -> None:
    result = evaluate(Expectations(body="pong"), b"p\xff")[-1]
    assert result.message == 'body $: expected "pong", got "p\ufffd" (with bytes that are not text)'
