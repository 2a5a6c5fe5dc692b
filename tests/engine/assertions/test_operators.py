"""Operators: what each means, and the laws they keep for all values."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.models import AssertionOperator
from app.engine import JsonValue
from app.engine.assertions.operators import OPERATORS, PRESENCE_OPERATORS, check_operator
from app.engine.errors import InvalidExpectationError
from app.engine.json_values import is_equal
from tests.engine.assertions.builders import json_values, texts

numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
ordered = st.tuples(numbers, numbers, numbers) | st.tuples(texts, texts, texts)


def holds(operator: str, actual: JsonValue, expected: JsonValue) -> bool:
    check_operator(operator, expected, "test")
    return OPERATORS[operator].holds(actual, expected)


MEANINGS: list[tuple[str, JsonValue, JsonValue, bool]] = [
    ("between", 5, [1, 5], True),
    ("between", 5.5, [1, 5], False),
    ("between", "m", ["a", "z"], True),
    ("between", "5", [1, 9], False),
    ("in", 2, [1, 2.0], True),
    ("in", True, [1], False),
    ("in", None, [None], True),
    ("in", "a", [], False),
    ("eq", 1e30, 10**30, True),
    ("eq", 2**63, 2**63 + 1, False),
    ("not-in", 3, [1, 2], True),
    ("not-in", 1, [1.0], False),
    ("not-contains", "abc", "d", True),
    ("not-contains", ["a"], "a", False),
    ("not-matches", "abc", "^b", True),
    ("not-matches", "abc", "b", False),
    ("not-matches", "a" * 99 + "b", "^(a|a)+$", False),
    ("matches", "a" * 2_000_000 + "b", "b$", True),
    ("empty", [], None, True),
    ("empty", "", True, True),
    ("empty", {}, False, False),
    ("empty", [0], False, True),
    ("empty", None, None, False),
    ("length", "abc", {"operator": "ge", "expected": 3}, True),
    ("length", [1], {"operator": "between", "expected": [2, 4]}, False),
    ("length", 3, 1, False),
    ("unique", [1, True, "1", [1], {"a": 1}], None, True),
    ("unique", [1, 2, 1.0], None, False),
    ("unique", [{"a": 1, "b": 2}, {"b": 2, "a": 1}], None, False),
    ("unique", [1, 1], False, True),
    ("unique", "ab", None, False),
    ("sorted", [1, 1.5, 2], None, True),
    ("sorted", ["a", "b", "B"], None, False),
    ("sorted", [3, 2, 2], "descending", True),
    ("sorted", [1, "2"], None, False),
    ("sorted", [], "ascending", True),
    ("sorted", {}, None, False),
    ("each", [1, 2], {"operator": "gt", "expected": 0}, True),
    ("each", [1, -2], {"operator": "gt", "expected": 0}, False),
    ("each", [{"id": 1}, {"id": 2}], {"path": "$.id", "operator": "type", "expected": "integer"}, True),
    ("each", [{"id": 1}, {}], {"path": "$.id", "operator": "exists"}, False),
    ("each", [{"id": 1}, {}], {"path": "$.password", "operator": "absent"}, True),
    ("each", [{"id": 1}], {"path": "$.id", "operator": "absent"}, False),
    ("each", [{"t": ["a"]}, {"t": []}], {"path": "$.t[*]", "operator": "type", "expected": "string"}, False),
    ("each", [], {"operator": "eq", "expected": 1}, True),
    ("each", "abc", {"operator": "eq", "expected": "a"}, False),
    ("each", ["aa", "ab"], {"operator": "matches", "expected": "^a"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "actual", "expected", "passed"), MEANINGS)
def test_meaning(operator: str, actual: JsonValue, expected: JsonValue, passed: bool) -> None:
    assert holds(operator, actual, expected) is passed


EXPLANATIONS: list[tuple[str, JsonValue, JsonValue, str]] = [
    ("between", 9, [1, 5], "expected between 1 and 5, got 9"),
    ("in", 9, [1, 5], "expected one of [1,5], got 9"),
    ("not-in", 1, [1, 2], "expected none of [1,2], got 1"),
    ("not-contains", "abc", "b", 'expected nothing containing "b", got "abc"'),
    ("not-matches", "abc", "b", 'expected nothing matching "b", got "abc"'),
    ("empty", [1], None, "expected nothing in it, got [1]"),
    ("empty", [], False, "expected something that is not empty, got []"),
    ("length", "abc", {"operator": "gt", "expected": 3}, "expected length more than 3, got length 3"),
    ("length", 3, 1, "expected a length, got 3 of type integer"),
    ("unique", [1, 2, 1], None, "expected no entry twice, got 1 at [0] and [2]"),
    ("unique", [1], False, "expected an entry that is there twice, got [1]"),
    ("unique", 1, None, "expected a list, got 1 of type integer"),
    ("sorted", [1, 3, 2], None, "expected ascending order, got 3 before 2 at [2]"),
    ("sorted", 1, None, "expected a list, got 1 of type integer"),
    (
        "each",
        [1, -1, -2, -3, -4, -5],
        {"operator": "gt", "expected": 0},
        "[1]: expected more than 0, got -1; [2]: expected more than 0, got -2; [3]: expected more than 0, got -3; and more",
    ),
    ("each", [{}], {"path": "$.id"}, "[0]: nothing is there"),
    ("each", [{"id": 1}], {"path": "$.id", "operator": "absent"}, "[0]: expected nothing, got 1"),
    ("each", 1, {}, "expected a list, got 1 of type integer"),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "actual", "expected", "message"), EXPLANATIONS)
def test_explanations(operator: str, actual: JsonValue, expected: JsonValue, message: str) -> None:
    assert not holds(operator, actual, expected)
    assert OPERATORS[operator].explain(actual, expected) == message


@pytest.mark.parametrize(
    ("operator", "expected", "message"),
    [
        ("between", 1, "'between' needs a list of two numbers or two texts"),
        ("between", [1, None], "'between' needs a list"),
        ("in", "abc", "'in' needs a list of values"),
        ("length", {"operator": "contains"}, "'length' needs one of the operators eq"),
        ("length", {"operator": "lt", "expected": "3"}, "'length' needs a whole number"),
        ("length", {"operator": "between", "expected": [1]}, "'between' needs a list of two"),
        ("empty", 1, "'empty' needs true, false or nothing, not integer"),
        ("unique", "x", "'unique' needs true, false or nothing, not string"),
        ("sorted", "up", "'sorted' needs ascending or descending"),
        ("sorted", 1, "'sorted' needs ascending or descending"),
        ("each", None, "'each' needs an object"),
        ("each", {"operator": "almost"}, "'each' knows no operator 'almost'"),
        ("each", {"operator": "each", "expected": {}}, "'each' knows no operator 'each'"),
        ("each", {"path": "x"}, "'each': path: 'x' is not a JSONPath"),
        ("each", {"path": 1}, "the path of 'each' must be a JSONPath, not integer"),
        ("each", {"operator": "lt"}, "'lt' needs a number or a text"),
    ],
)
def test_misuse(operator: str, expected: JsonValue, message: str) -> None:
    with pytest.raises(InvalidExpectationError) as caught:
        check_operator(operator, expected, "test")
    assert message in caught.value.problem.message


expectations = json_values | st.fixed_dictionaries(
    {"operator": st.sampled_from([*OPERATORS, "exists"]), "expected": json_values}
)


@given(st.sampled_from(sorted(OPERATORS)), json_values, expectations)
def test_always_answer(operator: str, actual: JsonValue, expected: JsonValue) -> None:
    try:
        passed = holds(operator, actual, expected)
    except InvalidExpectationError:
        return
    assert isinstance(passed, bool)
    assert passed or OPERATORS[operator].explain(actual, expected)


@given(json_values, json_values)
def test_equality(left: JsonValue, right: JsonValue) -> None:
    assert holds("eq", left, left)
    assert holds("eq", left, right) is not holds("ne", left, right)
    assert holds("eq", left, right) is holds("eq", right, left)
    assert holds("in", left, [right]) is holds("eq", left, right)
    assert holds("in", left, [right]) is not holds("not-in", left, [right])
    assert holds("contains", [left], right) is not holds("not-contains", [left], right)


@given(ordered)
def test_order(values: tuple[int | float | str, ...]) -> None:
    left, right, other = values
    assert holds("lt", left, right) is not holds("ge", left, right)
    assert holds("gt", left, right) is not holds("le", left, right)
    assert holds("lt", left, right) is holds("gt", right, left)
    is_between = holds("ge", left, right) and holds("le", left, other)
    assert holds("between", left, [right, other]) is is_between


@given(json_values, json_values)
def test_order_of_anything(left: JsonValue, right: JsonValue) -> None:
    less, more = OPERATORS["lt"].holds(left, right), OPERATORS["gt"].holds(left, right)
    assert not (less and more)
    assert OPERATORS["le"].holds(left, right) is OPERATORS["ge"].holds(right, left)
    assert not less or OPERATORS["le"].holds(left, right)


@given(st.lists(st.integers(-5, 5)) | st.lists(texts))
def test_sorted_agrees_with_python(values: list[int] | list[str]) -> None:
    ascending, actual = sorted(values), list[JsonValue](values)
    assert holds("sorted", actual, "ascending") is (values == ascending)
    assert holds("sorted", actual, "descending") is (values == ascending[::-1])


@given(st.lists(json_values, max_size=6))
def test_unique_agrees_with_pairwise_equality(values: list[JsonValue]) -> None:
    has_twins = any(
        is_equal(left, right) for index, left in enumerate(values) for right in values[index + 1 :]
    )
    assert holds("unique", values, None) is not has_twins
    assert holds("unique", values, False) is has_twins


@given(st.lists(numbers))
def test_each_is_all(values: list[JsonValue]) -> None:
    expected: JsonValue = {"operator": "ge", "expected": 0}
    assert holds("each", values, expected) is all(
        OPERATORS["ge"].holds(value, 0) for value in values
    )


def test_a_slow_check_of_each_entry_ends() -> None:
    slow: list[JsonValue] = ["a" * 60 + "b"] * 1_000
    expected: JsonValue = {"operator": "matches", "expected": "^(a|a)+$"}
    assert not holds("each", slow, expected)
    assert (
        OPERATORS["each"]
        .explain(slow, expected)
        .startswith('[0]: the pattern "^(a|a)+$" takes too long')
    )


def test_test_cases_may_use_every_operator() -> None:
    assert set(get_args(AssertionOperator)) == {*OPERATORS, *PRESENCE_OPERATORS}
