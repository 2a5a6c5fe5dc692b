"""Cases as documents that can be compared, stored and merged."""

import re
from collections.abc import Mapping
from typing import Any, cast

from app.catalog.cases.schemas.cases import CaseCreate, Dependency
from app.catalog.cases.schemas.requests import RequestConfig
from app.catalog.cases.schemas.responses import ResponseSpec
from app.catalog.endpoints.schemas import Endpoint

CaseDocument = dict[str, Any]

_PARTS = {"endpoint": Endpoint, "request": RequestConfig, "response": ResponseSpec}
_KEY_OF_CAPTURE = re.compile(r"(?<=captured_data\.)[A-Za-z0-9_][A-Za-z0-9_-]*")


def to_document(case: CaseCreate) -> CaseDocument:
    """Return a case as it is sent to the database."""
    return case.model_dump(mode="json", by_alias=True)


def from_stored(stored: Mapping[str, Any]) -> CaseDocument:
    """Return the same document of a case that the database answered."""
    document = {name: stored[name] for name in CaseCreate.model_fields}
    for part, model in _PARTS.items():
        document[part] = {name: stored[part][name] for name in model.model_fields}
    document["dependencies"] = [
        {name: dependency[name] for name in Dependency.model_fields}
        for dependency in stored["dependencies"]
    ]
    return document


def to_mergeable(document: CaseDocument) -> CaseDocument:
    """Return it with dependencies by key, and without what an import never changes."""
    mergeable = {
        name: value for name, value in document.items() if name not in ("key", "order_index")
    }
    mergeable["dependencies"] = {
        dependency["required_test_key"]: dependency for dependency in document["dependencies"]
    }
    return mergeable


def from_mergeable(merged: CaseDocument, present: CaseDocument) -> CaseDocument:
    """Return the document of a merged case."""
    return {
        **present,
        **merged,
        "dependencies": list(merged["dependencies"].values()),
    }


def rename_keys(document: CaseDocument, keys: Mapping[str, str]) -> CaseDocument:
    """Return it with other keys of cases: its own, those of dependencies and those in templates."""
    renamed: CaseDocument = _rename_in_templates(document, keys)
    renamed["key"] = keys.get(renamed["key"], renamed["key"])
    for dependency in renamed["dependencies"]:
        required = dependency["required_test_key"]
        dependency["required_test_key"] = keys.get(required, required)
    return renamed


def _rename_in_templates(value: Any, keys: Mapping[str, str]) -> Any:
    if isinstance(value, str) and "captured_data." in value:
        return _KEY_OF_CAPTURE.sub(lambda match: keys.get(match[0], match[0]), value)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_rename_in_templates(item, keys) for item in items]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _rename_in_templates(item, keys) for name, item in fields.items()}
    return value
