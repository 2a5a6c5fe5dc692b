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
    """Say which part of a case is larger than can be stored."""
    document: dict[str, Any] = case.model_dump(mode="json", by_alias=True)
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
