"""Differences of JSON documents and texts: complete, in their places, readable and bounded."""

from hypothesis import given
from hypothesis import strategies as st

from app.engine import JsonValue
from app.engine.assertions.differences import (
    MAXIMUM_DIFF_CHARACTERS,
    iter_differences,
    render_diff,
    render_text_diff,
)
from app.engine.assertions.places import remove_places, replace_places
from app.engine.json_path import compile_path
from app.engine.json_values import is_equal
from tests.engine.assertions.builders import json_values

names = st.sampled_from(["a", "b", "c d", "'"])
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x\ny"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


def prune(value: JsonValue, choose: st.DrawFn) -> JsonValue:
    """Some of the fields of objects, and the first entries of lists."""
    if isinstance(value, dict):
        return {name: prune(item, choose) for name, item in value.items() if choose(st.booleans())}
    if isinstance(value, list):
        kept = choose(st.integers(0, len(value)))
        return [prune(item, choose) for item in value[:kept]]
    return value


@st.composite
def with_part(draw: st.DrawFn) -> tuple[JsonValue, JsonValue]:
    whole = draw(documents)
    return prune(whole, draw), whole


@given(with_part())
def test_a_part_matches_the_whole(pair: tuple[JsonValue, JsonValue]) -> None:
    part, whole = pair
    assert list(iter_differences(part, whole, partial=True)) == []
    assert (not list(iter_differences(part, whole, partial=False))) is is_equal(part, whole)


@given(documents, documents)
def test_every_difference_is_where_it_says(expected: JsonValue, actual: JsonValue) -> None:
    for difference in iter_differences(expected, actual, partial=False):
        path = compile_path(difference.path, "test")
        had, has = path.select(expected), path.select(actual)
        assert had == ([] if difference.kind == "unexpected" else [difference.expected])
        assert has == ([] if difference.kind == "missing" else [difference.actual])
        assert difference.render().startswith(difference.path + "\n")


@given(json_values, json_values)
def test_a_diff_is_empty_for_equal_values_only(expected: JsonValue, actual: JsonValue) -> None:
    assert bool(render_diff(expected, actual)) is not is_equal(expected, actual)


@given(documents)
def test_what_is_removed_is_gone_and_all_else_stays(document: JsonValue) -> None:
    path = compile_path("$..a", "test")
    before = render_diff(document, document)
    removed = remove_places(document, [path])
    assert path.select(removed) == []
    assert list(iter_differences(removed, document, partial=False)) or removed == document
    masked = replace_places(document, [path], "<masked>")
    assert all(value == "<masked>" for value in path.select(masked))
    assert before == render_diff(document, document)


def test_removing_from_a_list_and_the_whole() -> None:
    document: JsonValue = {"a": [1, 2, 3], "b": {"c": 1, "d": 2}}
    paths = [compile_path(text, "test") for text in ("$.a[1:]", "$.b.c", "$.b", "$.x.y")]
    assert remove_places(document, paths) == {"a": [1]}
    assert remove_places(document, [compile_path("$", "test")]) is None
    assert replace_places(document, [compile_path("$", "test")], 0) == 0
    assert replace_places(document, [compile_path("$.a[-1]", "test")], 0) == {
        "a": [1, 2, 0],
        "b": {"c": 1, "d": 2},
    }


def test_texts_are_compared_by_lines() -> None:
    old = "\n".join(f"line {number}" for number in range(1, 9))
    diff = render_text_diff(old, old.replace("line 5", "line five"))
    assert diff.splitlines() == [
        "(from line 5)",
        "--- expected",
        "+++ actual",
        "@@ -1,2 +1,2 @@",
        "-line 5",
        "+line five",
        " line 6",
    ]
    assert render_text_diff("a\n", "a\r\n") == "(the ends of lines differ)"


def test_a_diff_is_bounded() -> None:
    body: list[JsonValue] = [{"id": "x" * 100, "n": index} for index in range(10_000)]
    other: list[JsonValue] = [{"id": "y" * 100, "n": -index} for index in range(10_000)]
    text = "\n".join(f"{index % 7} {'x' * 2_000}" for index in range(5_000))
    diffs = [render_diff(body, other), render_text_diff(text, text.replace("x", "y"))]
    assert all(len(diff) <= MAXIMUM_DIFF_CHARACTERS + 3 for diff in diffs)
    assert diffs[0].endswith("... and more") or diffs[0].endswith("...")
