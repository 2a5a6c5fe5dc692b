"""How large the parts of a case may be in the database."""

from typing import Any, Final

from app.catalog.cases.schemas.cases import CaseCreate
from app.engine.json_values import JsonValue

_LARGEST_PATH: Final = 2_048
# Bytes of jsonb: half of what the check constraints allow, for what is estimated here.
_LARGEST: Final = {
    "request": {
        "headers": 32_768,
        "query_params": 32_768,
        "path_params": 32_768,
        "cookies": 32_768,
        "body": 524_288,
    },
    "response": {"expected_body": 524_288, "assertions": 131_072, "capture_vars": 32_768},
}


def find_excess(case: CaseCreate) -> str | None:
    """Say why a case cannot be stored: which part of it is too large, or holds what no text may."""
    document: dict[str, Any] = case.model_dump(mode="python", by_alias=True)
    if not _is_storable(document):
        return "It holds a NUL character or half of one, which cannot be stored."
    if len(case.endpoint.path.encode()) > _LARGEST_PATH:
        return f"endpoint.path: it is longer than {_LARGEST_PATH} bytes."
    for part, limits in _LARGEST.items():
        for name, limit in limits.items():
            if estimate_size(document[part][name]) > limit:
                return f"{part}.{name}: it is larger than {limit} bytes."
    return None


def estimate_size(value: JsonValue) -> int:
    """Return about how many bytes a value takes as jsonb."""
    pending, size = [value], 0
    while pending:
        item = pending.pop()
        size += 4
        if isinstance(item, str):
            size += len(item.encode(errors="replace"))
        elif isinstance(item, dict):
            size += sum(4 + len(name.encode(errors="replace")) for name in item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        else:
            size += 12
    return size


def _is_storable(value: JsonValue) -> bool:
    """Say whether all texts in it are texts for the database."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, str) and ("\0" in item or not _is_encodable(item)):
            return False
    return True


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
