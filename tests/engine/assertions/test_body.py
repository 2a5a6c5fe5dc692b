"""The body as a whole."""

import time

import pytest
from hypothesis import given

from app.engine import AssertionSpec, Expectations, JsonValue
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


def test_a_large_body_is_compared_quickly() -> None:
    body: JsonValue = [{"id": index} for index in range(50_000)]
    other: JsonValue = [{"id": -index} for index in range(50_000)]
    started = time.process_time()
    assert len(evaluate(Expectations(body=other), body)) == 51
    assert time.process_time() - started < 2
