"""JSON that is one in name only: what it holds is refused, wherever it stands."""

import pytest

from app.web.json_bodies import MAXIMUM_DEPTH, MOST_NAMES, find_problem


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("-inf"),
        10**400,
        -(10**309),
        dict.fromkeys(map(str, range(MOST_NAMES + 1))),
    ],
    ids=["nan", "infinite", "too large", "too small", "names"],
)
def test_what_cannot_be_answered_with_is_found_at_any_place(value: object) -> None:
    assert find_problem(value)
    assert find_problem({"a": [1, {"b": value}]})


def test_what_is_nested_too_deep_is_found() -> None:
    document: object = 1
    for _ in range(MAXIMUM_DEPTH):
        document = [document]
    assert find_problem(document) is None
    assert find_problem({"a": document}) is not None


def test_everything_else_is_fine() -> None:
    assert find_problem({"a": [2**64, -(10**300), 1e308, True, None, "x", {}, []]}) is None
