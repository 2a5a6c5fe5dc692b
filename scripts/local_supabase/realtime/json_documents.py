"""JSON that came from outside."""

from typing import Any, cast

import orjson

# orjson reads deeper documents than it writes (254 levels), and what is read here is sent on.
MOST_LEVELS = 100


def load_json(data: str | bytes) -> object:
    """Parse a document; raise ValueError when it is broken or nested too deeply."""
    document: object = orjson.loads(data)
    # Counting brackets is cheap, and hardly any document has enough of them.
    if _count_brackets(data) > MOST_LEVELS and _is_too_deep(document):
        raise ValueError(f"more than {MOST_LEVELS} levels deep")
    return document


def _count_brackets(data: str | bytes) -> int:
    if isinstance(data, str):
        return data.count("[") + data.count("{")
    return data.count(b"[") + data.count(b"{")


def _is_too_deep(document: object) -> bool:
    level = [document]
    for _ in range(MOST_LEVELS + 1):
        level = [child for parent in level for child in _list_children(parent)]
    return bool(level)


def _list_children(parent: object) -> list[Any]:
    if isinstance(parent, dict):
        return list(cast("dict[str, Any]", parent).values())
    return cast("list[Any]", parent) if isinstance(parent, list) else []
