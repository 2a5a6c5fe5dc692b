"""Snapshots: an accepted body, noise left out."""

from typing import Any

import pytest

from app.engine import AssertionResult, AssertionSpec, Expectations, JsonValue
from app.engine.errors import InvalidExpectationError
from tests.engine.assertions.builders import evaluate

GOLDEN: JsonValue = {
    "id": 7,
    "created": "2026-01-01T00:00:00Z",
    "items": [{"id": 1, "at": "2026-01-02"}, {"id": 2, "at": "2026-01-03"}],
}


def compare(
    body: JsonValue | bytes,
    *masks: str,
    golden: JsonValue = GOLDEN,
    ignore_paths: tuple[str, ...] = (),
    **fields: Any,
) -> AssertionResult:
    expectations = Expectations(
        snapshots={"order": golden},
        ignore_paths=ignore_paths,
        assertions=(AssertionSpec(type="snapshot", name="order", masks=masks),),
    )
    return evaluate(expectations, body, **fields)[-1]


def test_an_equal_body() -> None:
    result = compare(GOLDEN)
    assert (result.type, result.passed, result.message) == ("snapshot", True, None)


def test_what_differs_is_shown_by_place() -> None:
    result = compare({"id": 8, "created": "now", "items": []})
    assert result.message == "snapshot order: differs in 4 places: $.id: expected 7, got 8"
    assert (result.diff or "").splitlines()[:6] == [
        "$.id",
        "- 7",
        "+ 8",
        "$.created",
        '- "2026-01-01T00:00:00Z"',
        '+ "now"',
    ]


NEW: JsonValue = {
    "id": 7,
    "created": "2026-11-22T10:00:00Z",
    "items": [{"id": 1, "at": "2026-11-22"}, {"id": 2, "at": "2026-11-22"}],
}


@pytest.mark.parametrize(
    "masks",
    [
        ("$.created", "$.items[*].at"),
        ("$..at", "$['created']"),
        (r"\d{4}-\d\d-\d\d(T[0-9:]+Z)?",),
        ("$.created", r"\d{4}-\d\d-\d\d"),
        ("$",),
    ],
)
def test_masks_hide_values(masks: tuple[str, ...]) -> None:
    assert not compare(NEW).passed
    assert compare(NEW, *masks).passed


def test_a_mask_hides_the_value_not_its_absence() -> None:
    body: JsonValue = {"id": 7, "items": []}
    golden: JsonValue = {"id": 7, "at": 1, "items": []}
    assert not compare(body, "$.at", golden=golden).passed
    assert compare(body, golden=golden, ignore_paths=("$.at",)).passed


def test_a_text() -> None:
    golden = "a\nb\nc\nd\n"
    assert compare(golden.encode(), golden=golden).passed
    result = compare(b"a\nb\nx\nd\n", golden=golden)
    assert (result.diff or "").splitlines()[-3:] == ["-c", "+x", " d"]
    assert compare(b"run 17 of today", r"\d+", golden="run 4 of today").passed


def test_without_an_accepted_body_it_says_how_to_accept_one() -> None:
    spec = AssertionSpec(type="snapshot", name="first", masks=("$.created", "$.items"))
    result = evaluate(Expectations(assertions=(spec,)), GOLDEN)[-1]
    assert not result.passed
    assert "store the actual value as snapshots.first of the test" in (result.message or "")
    assert result.actual == {"id": 7, "created": "<masked>", "items": "<masked>"}


@pytest.mark.parametrize(
    ("body", "fields", "message"),
    [
        (b"", {}, "the body is empty"),
        (b"{}", {"is_truncated": True}, "the body was cut"),
        (b"<p>", {}, "differs in 1 place: $: expected {"),
    ],
)
def test_bodies_that_cannot_be_compared(body: bytes, fields: dict[str, Any], message: str) -> None:
    result = compare(body, **fields)
    assert not result.passed
    assert message in (result.message or "")


@pytest.mark.parametrize(
    ("mask", "message"),
    [("$.[", "is not a JSONPath"), ("(", "is not a regular expression")],
)
def test_masks_that_are_none(mask: str, message: str) -> None:
    with pytest.raises(InvalidExpectationError) as caught:
        compare(GOLDEN, mask)
    assert message in caught.value.problem.message
    assert caught.value.problem.location == "assertions[0].masks"


def test_a_name_is_needed() -> None:
    with pytest.raises(InvalidExpectationError, match="needs the name of a snapshot"):
        evaluate(Expectations(assertions=(AssertionSpec(type="snapshot"),)))


def test_a_mask_of_exponential_cost() -> None:
    result = compare({"a": "a" * 60 + "b"}, "^(a|a)+$")
    assert "its masks take too long in this body" in (result.message or "")


def test_a_large_body_that_differs_everywhere() -> None:
    golden: list[JsonValue] = [{"id": index} for index in range(20_000)]
    body: list[JsonValue] = [{"id": -1} for _ in range(20_000)]
    result = compare(body, golden=golden)
    assert "differs in at least 1000 places: $[0].id" in (result.message or "")
    assert (result.diff or "").endswith("... and more")
