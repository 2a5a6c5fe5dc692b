"""Hundreds of operations whose schemas all meet each other."""

import json
from typing import Any

from tests.catalog.importers.documents import build_large_document
from tests.runs.workspace import Workspace


async def test_five_hundred_operations_are_imported_and_imported_again(
    workspace: Workspace,
) -> None:
    document = build_large_document(500)

    first = await _import(workspace, document)
    again = await _import(workspace, document)

    assert len(first["created"]) == 500
    assert len({case["suite"] for case in first["created"]}) == 10
    assert (again["created"], again["updated"], again["kept"]) == ([], [], [])
    assert again["unchanged"] == 500


async def _import(workspace: Workspace, document: dict[str, Any]) -> dict[str, Any]:
    path = f"/projects/{workspace.project_id}/imports"
    imported = await workspace.post(path, {"format": "openapi", "text": json.dumps(document)})
    return imported["report"]
