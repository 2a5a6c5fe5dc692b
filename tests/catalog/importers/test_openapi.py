"""What becomes of the operations of OpenAPI 3.0 and Swagger 2.0 documents."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.catalog.importers.model import Imported
from app.catalog.importers.openapi.reader import OpenApiReader

HERE = Path(__file__).parent


def read(name: str) -> Imported:
    return OpenApiReader().read((HERE / name).read_text())


def list_cases(imported: Imported) -> dict[str, dict[str, Any]]:
    return {
        item.case.key: item.case.model_dump(mode="json", by_alias=True) for item in imported.cases
    }


@pytest.fixture(scope="module")
def pets() -> Imported:
    return read("petstore-3.0.yaml")


@pytest.fixture(scope="module")
def cases(pets: Imported) -> dict[str, dict[str, Any]]:
    return list_cases(pets)


def test_there_is_a_suite_for_each_tag(pets: Imported) -> None:
    assert [(suite.name, len(suite.cases)) for suite in pets.suites] == [
        ("pet", 5),
        ("store", 1),
        ("API", 4),
    ]
    assert pets.base_url == "https://eu.pets.example/v3"


def test_recursive_schemas_have_values(cases: dict[str, dict[str, Any]]) -> None:
    assert cases["add-pet"]["request"]["body"] == {
        "name": "examplexxx",
        "kind": {"lives": 9},
        "parent": None,
        "owner": {"email": "user@example.com", "born": "2026-01-01"},
    }


def test_answers_are_checked_against_schemas_that_stand_alone(
    cases: dict[str, dict[str, Any]],
) -> None:
    schemas = cases["add-pet"]["endpoint"]["response_schemas"]
    schema = schemas["201"]["content"]["application/json"]["schema"]
    assert schema["$ref"] == "#/$defs/Pet"
    assert sorted(schema["$defs"]) == ["Cat", "Named", "Pet"]
    assert cases["add-pet"]["response"]["assertions"][0]["type"] == "openapi"


@pytest.mark.parametrize(
    ("key", "auth_type", "reference", "settings"),
    [
        ("add-pet", "bearer", "env.PETSTORE_AUTH_TOKEN", {}),
        ("find-pets-by-status", "api-key", "env.API_KEY", {"in": "header", "name": "api_key"}),
        ("place-order", "none", None, {}),
        (
            "get-pet-by-id",
            "basic",
            None,
            {"username": "{{env.BASIC_USERNAME}}", "password": "{{env.BASIC_PASSWORD}}"},
        ),
    ],
)
def test_security_becomes_authentication(
    cases: dict[str, dict[str, Any]],
    key: str,
    auth_type: str,
    reference: str | None,
    settings: dict[str, str],
) -> None:
    request = cases[key]["request"]
    assert (request["auth_type"], request["auth_token_ref"]) == (auth_type, reference)
    assert request["auth"] == settings


def test_ids_come_from_those_who_make_them(cases: dict[str, dict[str, Any]]) -> None:
    assert cases["add-pet"]["response"]["capture_vars"] == {"id": "$.id"}
    made = "{{captured_data.add-pet.id}}"
    assert cases["add-photo"]["request"]["path_params"] == {"petId": made}
    assert cases["place-order"]["request"]["body"] == {"petId": made, "quantity": "1"}


def test_what_was_made_is_deleted_at_last_and_nothing_else(
    cases: dict[str, dict[str, Any]],
) -> None:
    assert cases["delete-pet"]["phase"] == "teardown"
    assert cases["delete-pet"]["dependencies"] == [
        {"required_test_key": "add-pet", "dependency_type": "data", "condition": "passed"},
        {"required_test_key": "place-order", "dependency_type": "order", "condition": "completed"},
    ]
    assert not cases["delete-user"]["enabled"]


def test_examples_are_no_templates(cases: dict[str, dict[str, Any]]) -> None:
    assert cases["get-template"]["request"]["query_params"] == {"q": "\\{{env.SECRET}}"}


def test_what_is_not_imported_is_said(pets: Imported) -> None:
    said = {notice.place: notice.text for notice in pets.notices if notice.kind == "not_imported"}
    assert sorted(said) == [
        "/paths/~1broken/get/parameters",
        "/paths/~1broken/trace",
        "/paths/~1circle/get/responses/200",
    ]
    assert "another document" in said["/paths/~1broken/get/parameters"]


def test_swagger_is_understood() -> None:
    imported = read("petstore-2.0.json")
    cases = list_cases(imported)

    assert imported.base_url == "http://pets.example/v2"
    assert cases["list-pets"]["request"]["query_params"] == {"tags": "example"}
    assert cases["list-pets"]["request"]["auth_type"] == "basic"
    assert cases["add-pet"]["request"]["body"] == {"name": "Tom"}
    made = "{{captured_data.add-pet.id}}"
    assert cases["get-pet"]["request"]["path_params"] == {"petId": made}
    assert cases["get-pet"]["request"]["auth_type"] == "oauth2"
    assert cases["rename-pet"]["request"]["body"] == {"name": "Rex"}
    assert cases["rename-pet"]["request"]["body_type"] == "x-www-form-urlencoded"
    schema = cases["get-pet"]["endpoint"]["response_schemas"]["200"]["content"]
    assert list(schema) == ["application/json"]


def test_the_same_document_is_read_alike() -> None:
    assert read("petstore-3.0.yaml") == read("petstore-3.0.yaml")


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/A"},
        {"allOf": [{"$ref": "#/components/schemas/B"}]},
        {"$ref": "#/components/schemas/Missing"},
        {"type": "object", "required": "x", "properties": [1]},
        {"type": {"a": 1}, "enum": 7},
        {"type": "string", "minLength": -5, "maxLength": "many", "pattern": "("},
        {"type": "array", "minItems": 10**9, "items": {"type": "integer"}},
        {"type": "number", "minimum": "low", "multipleOf": 0},
        {"type": "string", "minLength": 10**12},
        True,
        None,
        [],
    ],
)
def test_strange_schemas_do_no_harm(schema: Any) -> None:
    media = {"content": {"application/json": {"schema": schema}}}
    operation = {"requestBody": media, "responses": {"200": {"description": "", **media}}}
    document: dict[str, Any] = {
        "openapi": "3.0.0",
        "paths": {"/a": {"post": operation}, "/b": {"get": {"responses": {}}}, "/c": 7},
        "components": {
            "schemas": {
                "A": {"$ref": "#/components/schemas/A"},
                "B": {"allOf": [{"$ref": "#/components/schemas/B"}]},
            }
        },
    }
    imported = OpenApiReader().read(json.dumps(document))
    assert "GET /b" in [item.origin for item in imported.cases]
    origins = {item.origin for item in imported.cases}
    assert "POST /a" in origins or any("~1a" in notice.place for notice in imported.notices)
