"""Who may import what, from where, and what they are told otherwise."""

import json
from typing import Any

import pytest

from tests.catalog.importers.documents import build_large_document
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp
from tests.runs.workspace import open_workspace
from tests.targets.serving import RunningShop
from tests.workspaces.people import ROLES, Role, Team

SMALL: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Small", "version": "1"},
    "paths": {"/a": {"get": {"responses": {"200": {"description": "A"}}}}},
}
IMPORT = {"format": "openapi", "text": json.dumps(SMALL)}


@pytest.mark.parametrize("role", ROLES)
async def test_editors_import(team: Team, role: Role) -> None:
    project = await team.create_project()
    expected = {"stranger": 404, "viewer": 403}.get(role, 201)

    answer = await team[role].post(f"/projects/{project['id']}/imports", IMPORT)

    assert answer.status_code == expected, answer.text
    if expected == 201:
        location = answer.headers["Location"].removeprefix("/api/v1")
        assert (await team[role].get(location)).json() == answer.json()


@pytest.mark.parametrize("role", ROLES)
async def test_members_read_imports(team: Team, role: Role) -> None:
    project = await team.create_project()
    imported = (await team.owner.post(f"/projects/{project['id']}/imports", IMPORT)).json()
    expected = 404 if role == "stranger" else 200

    listed = await team[role].get(f"/projects/{project['id']}/imports")
    read = await team[role].get(f"/imports/{imported['id']}")

    assert (listed.status_code, read.status_code) == (expected, expected)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"text": "{"}, "import_document_invalid", "line 1"),
        ({"text": '{"openapi": "4.0"}'}, "import_document_invalid", "/openapi"),
        ({"text": '{"swagger": "2.0"}'}, "import_document_invalid", "/paths"),
        ({"text": None}, "invalid_request", None),
        ({"url": "https://shop.example"}, "invalid_request", None),
        ({"format": "wsdl"}, "invalid_request", "format"),
        ({"text": None, "url": "http://127.0.0.1:1/x"}, "import_document_unreachable", "url"),
    ],
)
async def test_what_cannot_be_imported_is_refused(
    team: Team, changes: dict[str, Any], code: str, field: str | None
) -> None:
    project = await team.create_project()

    answer = await team.owner.post(f"/projects/{project['id']}/imports", IMPORT | changes)

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert field is None or answer.json()["field"] == field


async def test_fifty_megabytes_are_refused(team: Team) -> None:
    project = await team.create_project()
    document = IMPORT | {"text": " " * 50_000_000}

    answer = await team.owner.post(f"/projects/{project['id']}/imports", document)

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_too_many_operations_are_refused(team: Team) -> None:
    project = await team.create_project()
    text = json.dumps(build_large_document(1_005))

    answer = await team.owner.post(f"/projects/{project['id']}/imports", IMPORT | {"text": text})

    assert (answer.status_code, answer.json()["code"]) == (422, "import_document_invalid")
    assert "1005" in answer.json()["detail"]


async def test_no_document_comes_from_a_protected_network(
    start_service: StartService, sign_up: SignUp, shop: RunningShop
) -> None:
    service = start_service(NETWORK_GUARD="true")
    async with open_workspace(service, await sign_up(), shop.url) as workspace:
        answer = await workspace.client.post(
            f"/projects/{workspace.project_id}/imports",
            json={"format": "openapi", "url": f"{shop.url}/openapi.yaml"},
        )
    assert answer.json()["code"] == "import_document_unreachable"
    assert "loopback" in answer.json()["detail"]
    assert shop.traffic.count("GET /openapi.yaml") == 0
