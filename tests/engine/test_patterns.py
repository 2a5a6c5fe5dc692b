"""A pattern of exponential cost must not hold the process up."""

import pytest

from app.engine.json_path import compile_path
from app.engine.json_values import JsonValue
from app.engine.patterns import is_found

EVIL = "^(a|a)+$"
# With Python's own `re` this takes longer than the age of the universe.
TEXT = "a" * 200 + "b"


def test_a_pattern_that_takes_too_long_matches_nothing() -> None:
    assert not is_found(EVIL, TEXT)


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
