"""Test cases as documents that are stored, compared and sent back."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from app.catalog.cases.schemas.cases import CaseCreate, CaseDependencyCreate
from app.catalog.cases.schemas.requests import RequestConfig
from app.catalog.cases.schemas.responses import ResponseSpec
from app.catalog.endpoints.schemas import CaseEndpoint

CaseDocument = dict[str, Any]

_PARTS: Final = {"endpoint": CaseEndpoint, "request": RequestConfig, "response": ResponseSpec}
_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_CAPTURED: Final = re.compile(
    r"""(?<![\w.$"'-])(captured_data\s*(?:\.\s*|\.?\s*\[\s*["']))([A-Za-z0-9_][A-Za-z0-9_-]*)"""
)


def to_document(case: CaseCreate) -> CaseDocument:
    """Return a case as it is sent to the database."""
    return case.model_dump(mode="json", by_alias=True)


def from_stored(stored: Mapping[str, Any]) -> CaseDocument:
    """Return the same document of a case that the database answered."""
    document = {name: stored[name] for name in CaseCreate.model_fields}
    for part, model in _PARTS.items():
        document[part] = {name: stored[part][name] for name in model.model_fields}
    document["dependencies"] = [
        {name: dependency[name] for name in CaseDependencyCreate.model_fields}
        for dependency in stored["dependencies"]
    ]
    return document


def rename_keys(document: CaseDocument, keys: Mapping[str, str]) -> CaseDocument:
    """Return it with other keys of cases: its own, those of dependencies and those in templates."""
    renamed: CaseDocument = _rename(document, keys)
    renamed["key"] = keys.get(renamed["key"], renamed["key"])
    # The only place where a path stands without braces.
    reference = document["request"]["auth_token_ref"]
    if reference and "{{" not in reference:
        renamed["request"]["auth_token_ref"] = _rename_paths(reference, keys)
    for dependency in renamed["dependencies"]:
        required = dependency["required_test_key"]
        dependency["required_test_key"] = keys.get(required, required)
    return renamed


def _rename(value: Any, keys: Mapping[str, str]) -> Any:
    if isinstance(value, str) and "captured_data" in value:
        return _TEMPLATE.sub(lambda template: _rename_paths(template[0], keys), value)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_rename(item, keys) for item in items]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {_rename(name, keys): _rename(item, keys) for name, item in fields.items()}
    return value


def _rename_paths(text: str, keys: Mapping[str, str]) -> str:
    return _CAPTURED.sub(lambda path: f"{path[1]}{keys.get(path[2], path[2])}", text)
