"""What requests of Bruno become, however they are written down."""

from typing import Any

import pytest

from app.catalog.importers.bruno.reader import BrunoReader
from app.catalog.importers.errors import DocumentInvalidError
from tests.catalog.importers.bruno.collections import BRU, EXPORTED, OPEN_COLLECTION
from tests.catalog.importers.texts import list_cases, list_told, read_case, show_all

BRUNO = BrunoReader()


def read_bru(blocks: str, method: str = "get") -> dict[str, Any]:
    text = f"{method} {{\n  url: https://shop.example/a\n}}\n{blocks}\n"
    return read_case(BRUNO, text)


@pytest.mark.parametrize("text", [BRU, OPEN_COLLECTION, EXPORTED], ids=["bru", "open", "exported"])
def test_three_ways_to_say_the_same(text: str) -> None:
    imported = BRUNO.read(text)

    login, catalog = list_cases(imported)
    assert (login["key"], login["endpoint"]) == (
        "log-in",
        {"method": "POST", "path": "/auth/login"},
    )
    assert login["request"]["body"] == {"username": "ada", "password": "{{env.password}}"}
    assert login["response"] == {
        "expected_status_code": 200,
        "capture_vars": {"token": {"path": "$.access_token", "secret": True}},
    }
    assert catalog["request"]["auth_type"] == "bearer"
    assert catalog["request"]["auth_token_ref"] == "captured_data.log-in.token"
    assert catalog["response"]["expected_status_code"] == 200
    (count,) = catalog["response"]["assertions"]
    assert (count["path"], count["operator"]) == ("$.products", "length")
    assert catalog["dependencies"] == [{"required_test_key": "log-in", "dependency_type": "data"}]
    assert imported.base_url == "https://shop.example"
    assert [(entry.key, entry.value, entry.is_secret) for entry in imported.variables] == [
        ("password", None, True)
    ]
    assert list_told(imported) == []
    assert "lovelace1815" not in show_all(imported)


@pytest.mark.parametrize(
    ("blocks", "request_part"),
    [
        ("headers {\n  X-A: 1\n  ~X-B: 2\n}", {"headers": {"X-A": "1"}}),
        ("params:query {\n  a: b c\n  ~c: d\n}", {"query_params": {"a": "b c"}}),
        ("query {\n  a: {{b}}\n}", {"query_params": {"a": "{{env.b}}"}}),
        (
            "body:form-urlencoded {\n  a: b\n  a: c\n}",
            {"body_type": "x-www-form-urlencoded", "body": {"a": ["b", "c"]}},
        ),
        (
            "body:multipart-form {\n  a: b\n  f: @file(d/x.png|y.png) @contentType(image/png)\n}",
            {
                "body_type": "form-data",
                "body": {
                    "a": "b",
                    "f": {"filename": "x.png", "content": "", "content_type": "image/png"},
                },
            },
        ),
        ("body:text {\n  a\n    b\n}", {"body_type": "text", "body": "a\n  b"}),
        ("body:xml {\n  <a/>\n}", {"body_type": "xml", "body": "<a/>"}),
        (
            'body:graphql {\n  { a }\n}\nbody:graphql:vars {\n  {"x": {{n}}}\n}',
            {"body_type": "graphql", "body": {"query": "{ a }", "variables": {"x": "{{env.n}}"}}},
        ),
        (
            "auth:basic {\n  username: ada\n  password: lovelace1815\n}",
            {"auth_type": "basic", "auth": {"username": "ada", "password": "{{env.PASSWORD}}"}},
        ),
        (
            "auth:digest {\n  username: ada\n  password: {{pw}}\n}",
            {"auth_type": "digest", "auth": {"username": "ada", "password": "{{env.pw}}"}},
        ),
        (
            "auth:apikey {\n  key: k\n  value: lovelace1815\n  placement: queryparams\n}",
            {
                "auth_type": "api-key",
                "auth_token_ref": "env.K",
                "auth": {"in": "query", "name": "k"},
            },
        ),
        (
            """auth:oauth2 {
  grant_type: client_credentials
  access_token_url: https://a.example/t
  client_id: me
  client_secret: lovelace1815
  scope: a b
}""",
            {
                "auth_type": "oauth2",
                "auth": {
                    "token_url": "https://a.example/t",
                    "client_id": "me",
                    "client_secret": "{{env.CLIENT_SECRET}}",
                    "scope": "a b",
                    "client_authentication": "body",
                },
            },
        ),
        (
            "auth:awsv4 {\n  accessKeyId: {{id}}\n  secretAccessKey: lovelace1815\n  service: s3\n  region: eu\n}",
            {
                "auth_type": "aws-sigv4",
                "auth": {
                    "access_key_id": "{{env.id}}",
                    "secret_access_key": "{{env.SECRET_ACCESS_KEY}}",
                    "region": "eu",
                    "service": "s3",
                },
            },
        ),
    ],
)
def test_blocks(blocks: str, request_part: dict[str, Any]) -> None:
    request = read_bru(blocks)["request"]
    assert request.pop("transfer") == {"redirects": {"follow": True}}
    assert request == request_part


def test_own_variables_are_put_in_place_and_others_are_those_of_the_environment() -> None:
    case = read_bru(
        "vars:pre-request {\n  size: 12\n  both: {{size}}-{{other}}\n  token: lovelace1815\n}\n"
        "params:query {\n  a: {{both}}\n  b: {{token}}\n}"
    )
    assert case["request"]["query_params"] == {"a": "12-{{env.other}}", "b": "{{env.token}}"}


def test_path_parameters_and_settings() -> None:
    case = read_case(
        BRUNO,
        "get {\n  url: https://shop.example/a/:id/:other?x=1\n}\nparams:path {\n  id: {{id}}\n}\n"
        "settings {\n  followRedirects: false\n  timeout: 250\n}\n",
    )
    assert case["endpoint"]["path"] == "/a/{id}/:other"
    assert case["request"]["path_params"] == {"id": "{{env.id}}"}
    assert case["request"]["transfer"]["redirects"].get("follow", False) is False
    assert case["timeout_ms"] == 250


def test_folders_are_suites_and_pass_on_what_they_have() -> None:
    imported = BRUNO.read("""
opencollection: 1.0.0
info: {name: Shop}
request:
  headers: [{name: X-A, value: outer}, {name: X-B, value: outer}]
  auth: {type: bearer, token: lovelace1815}
items:
  - info: {name: Root, type: http}
    http: {method: GET, url: https://shop.example/root}
  - info: {name: Users, type: folder}
    docs: All about users
    request: {headers: [{name: x-b, value: inner}]}
    items:
      - info: {name: Admins, type: folder}
        items:
          - info: {name: List, type: http, tags: [smoke]}
            http: {method: GET, url: https://shop.example/admins, auth: none}
  - info: {name: Socket, type: websocket}
    websocket: {url: wss://shop.example}
""")
    assert [(suite.name, suite.description) for suite in imported.suites] == [
        ("Shop", None),
        ("Users/Admins", None),
    ]
    assert [item.origin for item in imported.cases] == ["Root", "Users/Admins/List"]
    root, admins = list_cases(imported)
    assert root["request"]["auth_token_ref"] == "env.TOKEN"
    assert admins["request"]["headers"] == {"X-A": "outer", "x-b": "inner"}
    assert "auth_type" not in admins["request"]
    assert admins["tags"] == ["smoke"]
    assert list_told(imported) == [
        ("/items/2", "Socket: a request of the kind websocket cannot be sent.")
    ]


def test_values_of_one_environment_only() -> None:
    environments = "".join(
        f"    - name: {name}\n      variables: [{{name: size, value: '{value}'}}]\n"
        for name, value in (("local", 1), ("prod", 2))
    )
    imported = BRUNO.read(
        f"opencollection: 1.0.0\nconfig:\n  environments:\n{environments}"
        "items:\n  - http: {method: GET, url: 'https://shop.example/{{size}}'}\n"
    )
    assert [(entry.key, entry.value) for entry in imported.variables] == [("size", "1")]
    assert [text for _, text in list_told(imported)] == [
        "The values of the environment prod are not imported."
    ]


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("get {\n  url: a\n", "line 1", "never closed"),
        ("get {\n}\nnothing\n", "line 3", "A block such as"),
        ("get {\n  url\n}\n", "line 2", "without a name"),
        ("meta {\n  name: a\n}\n", "line 1", "no request"),
        ('{"item": []}', "line 1", "Postman"),
        ('{"a": 1}', "line 1", "neither"),
        ("a: 1", "line 1", "neither"),
        ("opencollection: 1.0.0\nitems: [\n", "line 3", "not YAML"),
    ],
)
def test_what_is_wrong_is_said_with_the_line(text: str, field: str, words: str) -> None:
    with pytest.raises(DocumentInvalidError) as caught:
        BRUNO.read(text)
    assert caught.value.field == field
    assert words in caught.value.detail
