"""JSONPath: the paths that are followed here agree with python-jsonpath; expensive ones are limited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.errors import InvalidExpectationError
from app.engine.json_path import (
    PathLimitError,
    QueryLimits,
    SingularPath,
    compile_path,
    limiting_queries,
    render_path,
)
from app.engine.json_queries import Query, compile_query
from app.engine.json_values import JsonValue

names = st.sampled_from(
    ["a", "b", "ab", "_", "a b", "ä", "0", "'", '"', "\\", ".", "[0]", "$", "", "\U0001f600"]
)
steps = st.lists(names | st.integers(-4, 4), max_size=5)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(documents, steps)
def test_agrees_with_the_library(document: JsonValue, location: list[str | int]) -> None:
    text = render_path(location)
    path, query = compile_path(text, "test"), compile_query(text)
    assert query.is_singular
    assert path.is_singular
    assert path.select(document) == query.select(document)
    assert path.locate(document) == query.locate(document)


@given(st.text(alphabet="$.[]'\"ab0-1*?@ \\\t:,", max_size=8).map(lambda text: f"${text}"))
def test_accepts_what_the_library_accepts(text: str) -> None:
    try:
        query = compile_query(text)
    except ValueError:
        with pytest.raises(InvalidExpectationError):
            compile_path(text, "test")
    else:
        assert compile_path(text, "test").is_singular is query.is_singular


# Not of json_values: the library refuses escaped control characters, which the standard allows.
@given(documents)
def test_every_place_of_a_document_is_found_where_it_is(document: JsonValue) -> None:
    places = compile_query("$..*")
    for location, value in zip(places.locate(document), places.select(document), strict=True):
        path = compile_path(render_path(location), "test")
        assert path.select(document) == [value]
        assert path.locate(document) == [location]


@pytest.mark.parametrize("text", ["$", "$.a", "$.a_1[0]['b c'][\"d'\"][-1]", "$['']"])
def test_paths_of_names_and_indexes_are_followed_here(text: str) -> None:
    assert isinstance(compile_path(text, "test"), SingularPath)


@pytest.mark.parametrize("text", ["$.*", "$..a", "$[0:1]", "$[?@.a]", "$['a','b']", "$ .a"])
def test_all_others_are_left_to_the_library(text: str) -> None:
    assert isinstance(compile_path(text, "test"), Query)


def test_an_index_counts_from_the_end_of_a_list_only() -> None:
    path = compile_path("$.a[-1]", "test")
    assert path.locate({"a": [1, 2]}) == [("a", 1)]
    assert path.select({"a": "text"}) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$..a..b..c", "there may be 2 '..'"),
        ("$" + "[0,0]" * 20, "too many alternatives"),
        ("$.a | $.b", "is not a JSONPath"),
        ("$" + "[?@" * 450 + "]" * 450, "is not a JSONPath"),
        ("$.a" + "a" * 2000, "may have 2000 characters"),
    ],
)
def test_what_would_take_too_long_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidExpectationError) as caught:
        compile_path(text, "here")
    assert message in caught.value.problem.message
    assert caught.value.problem.location == "here"


def test_quoted_dots_and_commas_are_none() -> None:
    assert compile_path("$['..,..']['..']..*", "test").select({"..,..": {"..": [1]}}) == [1]


def test_a_query_that_takes_too_many_steps_is_given_up() -> None:
    row: list[JsonValue] = [0] * 100
    table: list[JsonValue] = [row] * 100
    document: list[JsonValue] = [table] * 101
    with pytest.raises(PathLimitError, match="1000000 steps"):
        compile_path("$[*][*][*]", "test").select(document)
    assert compile_path("$[0][*][0]", "test").select(document) == [0] * 100


def test_patterns_that_take_long_together_are_given_up() -> None:
    path = compile_path("$[?search(@, '^(a|a)+$')]", "test")
    text = "a" * 60 + "b"
    texts: list[JsonValue] = [text] * 10_000
    with limiting_queries(QueryLimits(pattern_seconds=60.0)):
        assert path.select(["a", text, "b"]) == ["a"]
    with pytest.raises(PathLimitError, match="patterns of the query take too long"):
        path.select(texts)
    assert path.select(["a"]) == ["a"]
