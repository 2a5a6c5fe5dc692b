"""Documents in which anything may stand anywhere."""

import copy
from collections.abc import Iterator
from typing import Any, cast

from hypothesis import strategies as st

Document = dict[str, Any]
Path = tuple[str | int, ...]

_TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        (
            *("{{a}}", "{{{a}}}", "\\{{a}}", "{{$guid}}", "{{env.x | foo}}", "{{", "}}", "\x00"),
            *(
                "http://[",
                "%00",
                "a" * 3_000,
                "Bearer x",
                "Basic eDp5",
                "$.a",
                "{{captured_data.x}}",
            ),
            *("({[", "`${a}`", "pm.expect(pm.response.json().a).to.eql({a: [1]})", "for"),
        )
    ),
)
_NAMES = st.one_of(
    st.text(max_size=5),
    st.sampled_from(("key", "value", "name", "type", "mode", "raw", "item", "url", "text", "exec")),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        _TEXTS,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_NAMES, inner, max_size=4)
    ),
    max_leaves=10,
)


def changes(document: Document) -> st.SearchStrategy[list[tuple[Path, Any]]]:
    """Places in a document with what is to stand there."""
    places = st.sampled_from(list(_iter_paths(document)))
    return st.lists(st.tuples(places, VALUES), min_size=1, max_size=3)


def apply(document: Document, wanted: list[tuple[Path, Any]]) -> Any:
    """A copy of the document with other values; a change of what is not there any more is none."""
    changed: Any = copy.deepcopy(document)
    for path, value in wanted:
        parent: Any = changed
        for step in path[:-1]:
            parent = _list_children(parent).get(step)
        if path[-1] in _list_children(parent):
            parent[path[-1]] = value
    return changed


def _list_children(value: Any) -> dict[str | int, Any]:
    if isinstance(value, dict):
        return cast("dict[str | int, Any]", value)
    return dict(enumerate(cast("list[Any]", value))) if isinstance(value, list) else {}


def _iter_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    for step, item in _list_children(value).items():
        yield from _iter_paths(item, (*path, step))
