"""A pattern of exponential cost must not hold the process up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.json_path import compile_path
from app.engine.json_values import JsonValue
from app.engine.pattern_size import is_reasonable
from app.engine.patterns import find_group, find_pattern_fault, is_found, replace_all

EVIL = "^(a|a)+$"
# With Python's own `re` this takes longer than the age of the universe.
TEXT = "a" * 200 + "b"


def test_a_search_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        is_found(EVIL, TEXT)


def test_an_ordinary_pattern_is_found_anywhere_in_the_text() -> None:
    assert is_found(r"\d{4}-\d\d", "due 2026-11-22")
    assert not is_found(r"^\d+$", "due 2026-11-22")


@pytest.mark.parametrize("function", ["match", "search"])
def test_json_path_functions_are_bounded_too(function: str) -> None:
    path = compile_path(f"$[?{function}(@.text, '{EVIL}')]", "test")
    assert path.select([{"text": TEXT}]) == []


def test_json_path_functions_differ_as_the_standard_says() -> None:
    document: JsonValue = [{"text": "abc"}]
    assert compile_path("$[?search(@.text, 'b')]", "test").select(document) == document
    assert compile_path("$[?match(@.text, 'b')]", "test").select(document) == []
    assert compile_path("$[?match(@.text, 'a.c')]", "test").select(document) == document


@pytest.mark.parametrize(
    "pattern",
    [
        "((a{1000}){1000}){1000}",
        "a{1000000000}",
        "a{" + "9" * 900 + "}",
        r"((?:x[)]y){1000}){1000}",
        r"((?:x\)y){1000}){1000}",
        "((?:abc[[:alpha:])]){1000}){1000}",
        "((?:abc){1000}(?#(){1000}",
        "(?x)( # )\n(?:abc){1000}){1000}",
        "(?V1)([a[)]]{1000}){1000}",
    ],
)
def test_a_pattern_that_would_take_all_memory_is_refused(pattern: str) -> None:
    assert not is_reasonable(pattern)
    assert "it repeats too much" in (find_pattern_fault(pattern) or "")
    assert compile_path(f"$[?search(@, {pattern!r})]", "test").select(["a"]) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[0-9a-f]{64}" * 10,
        "((a{0,1000}){0,1000}){0,1000}",
        "(?x) a  b # comment",
        r"\{1000\}{2}",
        "a){3}(",
    ],
)
def test_an_ordinary_pattern_is_not(pattern: str) -> None:
    assert is_reasonable(pattern)


@given(st.text(alphabet="ab()[]{}0123,\\?#:*+|^$-", max_size=30))
def test_every_text_is_a_pattern_or_not(pattern: str) -> None:
    if find_pattern_fault(pattern) is None:
        assert is_found(pattern, "") in (True, False)


def test_groups_and_replacements() -> None:
    assert find_group("a(b)?(c)", "xac") is None
    assert find_group("a(b)(c)", "xabc") == "b"
    assert find_group("abc", "x") is None
    assert replace_all("[0-9]+", r"\1$", "a1b22") == r"a\1$b\1$"
    with pytest.raises(TimeoutError):
        find_group(EVIL, TEXT)
    with pytest.raises(TimeoutError):
        replace_all(EVIL, "", TEXT)
