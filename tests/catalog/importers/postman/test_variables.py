"""Variables of collections and environments, and documents that are no collections."""

import json

import pytest

from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.postman.dynamic import find_dynamic
from app.catalog.importers.postman.reader import PostmanReader
from app.engine.templates import parse_template
from tests.catalog.importers.postman.collections import (
    build_collection,
    build_item,
    build_raw,
    list_notices,
    read,
)


def test_an_environment_is_variables_alone() -> None:
    values = [
        {"key": "base-url", "value": "https://a.example", "enabled": True},
        {"key": "token", "value": "secret-1", "type": "secret", "enabled": True},
        {"key": "old", "value": "1", "enabled": False},
    ]
    imported = read({"name": "Staging", "values": values, "_postman_variable_scope": "environment"})
    assert (imported.title, imported.suites) == ("Staging", ())
    assert {variable.key: variable.value for variable in imported.variables} == {
        "base_url": "https://a.example",
        "token": None,
    }
    assert list_notices(imported) == {"/values/2": "The variable old is disabled."}
    assert list_notices(imported, "changed") == {
        "/values/0": "The variable base-url is called base_url here."
    }


def test_values_that_name_others_are_put_in() -> None:
    variables = [
        {"key": "host", "value": "api.example.com"},
        {"key": "baseUrl", "value": "https://{{host}}/v1"},
        {"key": "greeting", "value": "Hello {{user}}"},
        {"key": "user", "value": "ada"},
    ]
    item = build_item(url="{{baseUrl}}/a?q={{greeting}}")
    imported = read(build_collection(item, variable=variables))
    assert imported.base_url == "https://api.example.com/v1"
    (case,) = (item.case for item in imported.cases)
    assert case.request.query_params == {"q": "Hello {{env.user}}"}


def test_circles_are_told() -> None:
    variables = [{"key": "a", "value": "x{{b}}"}, {"key": "b", "value": "{{a}}y"}]
    item = build_item(url="{{baseUrl}}/{{a}}")
    imported = read(build_collection(item, variable=variables))
    assert list_notices(imported) == {"/item/0": "Its variables stand for each other in a circle."}
    assert [item.origin for item in imported.cases] == ["Request"]


def test_what_grows_without_bounds_is_cut() -> None:
    variables = [{"key": f"v{n}", "value": f"{{{{v{n + 1}}}}}" * 30} for n in range(9)]
    items = [build_item(f"R{n}", method="POST", body=build_raw("{{v0}}", "text")) for n in range(9)]
    imported = read(build_collection(*items, variable=[*variables, {"key": "v9", "value": "x"}]))
    assert "more text" in " ".join(list_notices(imported).values())


@pytest.mark.parametrize(
    "name", ["$guid", "$randomInt", "$randomPrice", "$randomWeekday", "$timestamp"]
)
def test_dynamic_variables_are_dynamic_values(name: str) -> None:
    expression = find_dynamic(name)
    assert expression is not None
    assert parse_template(f"{{{{{expression}}}}}").is_single_expression


def test_unknown_dynamic_variables_are_told_and_sent_as_they_are() -> None:
    item = build_item(url="{{baseUrl}}/a?q={{$randomCatImage}}")
    imported = read(build_collection(item))
    (case,) = (item.case for item in imported.cases)
    assert case.request.query_params == {"q": "\\{{$randomCatImage}}"}
    assert "$randomCatImage" in list_notices(imported)["/item/0"]


def test_older_and_wrapped_collections_are_understood() -> None:
    request = {
        "method": "POST",
        "url": "https://a.example/b",
        "header": "X-A: 1\nX-B: 2",
        "auth": {"type": "basic", "basic": {"username": "u", "password": "p"}},
    }
    old = build_collection(
        {"name": "Old", "request": request}, {"name": "G", "request": "https://a.example/c"}
    )
    imported = read({"collection": old})
    first, second = (item.case for item in imported.cases)
    assert first.request.headers == {"X-A": "1", "X-B": "2"}
    assert first.request.auth_type == "basic"
    assert (second.endpoint.method, second.endpoint.path) == ("GET", "/c")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{}", "/info"),
        ('{"info": 7, "item": []}', "/info"),
        ('{"info": {}, "item": {}}', "/item"),
        ('{"id": "x", "requests": [], "order": []}', "/requests"),
        ('{"info": {', "line 1"),
        ("- a", "line 1"),
        ('{"info": {}, "item": ' + "[" * 300 + "]" * 300 + "}", None),
    ],
    ids=range(7),
)
def test_other_documents_are_refused_with_the_place(text: str, field: str | None) -> None:
    with pytest.raises(DocumentInvalidError) as caught:
        PostmanReader().read(text)
    assert caught.value.field == field


def test_saved_examples_are_told() -> None:
    item = build_item(item={"response": [{"name": "Example", "code": 200}]})
    assert "1 saved examples" in list_notices(read(build_collection(item)))["/item"]


def test_the_same_collection_is_read_alike() -> None:
    text = json.dumps(build_collection(build_item("A"), build_item("A")))
    assert PostmanReader().read(text) == PostmanReader().read(text)
