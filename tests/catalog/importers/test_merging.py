from typing import Any

import pytest

from app.catalog.importers.merging import Merge


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged", "updated", "kept"),
    [
        ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}, ["a"], []),
        ({"a": 1}, {"a": 3}, {"a": 1}, {"a": 3}, [], []),
        ({"a": 1}, {"a": 3}, {"a": 2}, {"a": 3}, [], ["a"]),
        ({"a": 1}, {"a": 2}, {"a": 2}, {"a": 2}, [], []),
        ({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 1}}, {"a": {"b": 1, "c": 3}},
         {"a": {"b": 2, "c": 3}}, ["a.c"], []),
        ({"a": 1}, {"a": 1}, {}, {}, ["a"], []),
        ({"a": 1}, {}, {"a": 1}, {}, [], []),
        ({"a": 1}, {}, {"a": 2}, {}, [], ["a"]),
        ({"a": 1}, {"a": 2}, {}, {"a": 2}, [], ["a"]),
        ({}, {"b": 1}, {"c": 1}, {"b": 1, "c": 1}, ["c"], []),
        ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 3]}, {"a": [1, 2]}, [], ["a"]),
        ({"a": None}, {"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}, ["a"], []),
    ],
)  # fmt: skip
def test_three_versions_become_one(
    base: Any, mine: Any, theirs: Any, merged: Any, updated: list[str], kept: list[str]
) -> None:
    merge = Merge()
    assert merge.merge(base, mine, theirs) == merged
    assert (merge.updated, merge.kept) == (updated, kept)
