"""Leaves out or masks places of a JSON document, without changing the document."""

from collections.abc import Iterable
from typing import TypeAlias

from app.engine.json_path import CompiledPath, Location, Step
from app.engine.json_values import JsonValue

# The steps to the places, one level in another; None where a place is reached.
_Tree: TypeAlias = dict[Step, "_Tree | None"]


def remove_places(document: JsonValue, paths: Iterable[CompiledPath]) -> JsonValue:
    """The document without what the paths find; raise PathLimitError."""
    return _rewrite(document, paths, ())


def replace_places(
    document: JsonValue, paths: Iterable[CompiledPath], replacement: JsonValue
) -> JsonValue:
    """The document with the replacement for what the paths find; raise PathLimitError."""
    return _rewrite(document, paths, (replacement,))


def _rewrite(
    document: JsonValue, paths: Iterable[CompiledPath], substitute: tuple[JsonValue, ...]
) -> JsonValue:
    tree: _Tree = {}
    for path in paths:
        for location in path.locate(document):
            _grow(tree, ("$", *location))
    return next(iter(_rewrite_child(document, "$", tree, substitute)), None)


def _grow(tree: _Tree, location: Location) -> None:
    *way, last = location
    for step in way:
        branch = tree.setdefault(step, {})
        if branch is None:
            return
        tree = branch
    tree[last] = None


def _rewrite_child(
    value: JsonValue, step: Step, tree: _Tree, substitute: tuple[JsonValue, ...]
) -> tuple[JsonValue, ...]:
    """What takes the place of a value: something or nothing."""
    if step not in tree:
        return (value,)
    branch = tree[step]
    if branch is None:
        return substitute
    if isinstance(value, dict):
        return (
            {
                name: child
                for name, item in value.items()
                for child in _rewrite_child(item, name, branch, substitute)
            },
        )
    items = value if isinstance(value, list) else []
    return (
        [
            child
            for index, item in enumerate(items)
            for child in _rewrite_child(item, index, branch, substitute)
        ],
    )
