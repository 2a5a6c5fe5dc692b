import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

# Their callers prove otherwise who they are: with an API token, with a signature.
WITHOUT_ACCESS_TOKEN = {"create_access_token", "deliver_to_hook"}


@pytest.fixture(scope="module")
def description(whole_app: FastAPI) -> dict[str, Any]:
    return whole_app.openapi()


@pytest.fixture
def operations(description: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list(iter_operations(description))


def iter_operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for operation in methods.values():
            yield path, operation


def test_every_operation_has_a_name_of_its_own(
    operations: list[tuple[str, dict[str, Any]]],
) -> None:
    names = Counter(operation["operationId"] for _, operation in operations)
    assert set(names.values()) == {1}
    assert {"create_organization", "get_case", "put_variable", "start_run"} <= names.keys()


def test_every_problem_is_described_as_one(operations: list[tuple[str, dict[str, Any]]]) -> None:
    for path, operation in operations:
        for status, response in operation["responses"].items():
            if status >= "400":
                schema = response["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (path, status)


def test_every_route_of_the_api_asks_for_a_token(
    operations: list[tuple[str, dict[str, Any]]],
) -> None:
    for path, operation in operations:
        if path.startswith("/api/v1"):
            is_open = operation["operationId"] in WITHOUT_ACCESS_TOKEN
            assert (operation["security"] == [{"HTTPBearer": []}]) != is_open, path
            assert {"401", "503"} <= operation["responses"].keys(), path
            assert operation["description"], path


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    """And no name of a component tells of our modules."""
    components = description["components"]
    for kind, name in set(re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(description))):
        assert name in components[kind], (kind, name)
        assert not name.startswith("app__"), name


def test_every_tag_is_described(
    description: dict[str, Any], operations: list[tuple[str, dict[str, Any]]]
) -> None:
    used = {tag for _, operation in operations for tag in operation["tags"]}
    assert used == {tag["name"] for tag in description["tags"] if tag["description"]}


def test_what_is_created_is_described_with_an_example(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    for name in ("OrganizationCreate", "ProjectCreate", "CaseCreate", "VariablePut"):
        properties = schemas[name]["properties"]
        assert any("examples" in schema for schema in properties.values()), name
    assert "HTTPValidationError" not in schemas


def test_schemas_have_names_and_no_defaults_that_clients_would_have_to_send(
    description: dict[str, Any],
) -> None:
    for name, schema in description["components"]["schemas"].items():
        assert re.fullmatch(r"[A-Za-z0-9]+", name), name
        for field, described in schema.get("properties", {}).items():
            assert "default" not in described, (name, field)
            assert "const" not in described or field in schema["required"], (name, field)


def test_what_is_read_of_a_case_is_described_as_what_is_sent(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    for part in ("endpoint", "request", "response"):
        sent = schemas["CaseCreate"]["properties"][part]
        shown = schemas["Case"]["properties"][part]
        assert shown["$ref"] == sent["$ref"]
    assert schemas["Run"]["properties"]["options"] == {"$ref": "#/components/schemas/RunOptions"}
    assert schemas["RunPage"]["required"] == ["items", "next_cursor"]
