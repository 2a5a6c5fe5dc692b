"""What documents of the real world have and ours had not: parts elsewhere, servers, kinds, names."""

from typing import Any

import pytest
import yaml

from app.catalog.importers.model import Imported
from app.catalog.importers.openapi.reader import OpenApiReader
from tests.catalog.importers.texts import list_cases, list_told, show_all

Document = dict[str, Any]
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLW5vYm9keQ"


def read(paths: str, **rest: Any) -> Imported:
    document = {"openapi": "3.1.0", "info": {"title": "A"}, **rest, "paths": yaml.safe_load(paths)}
    return OpenApiReader().read(yaml.safe_dump(document))


def read_by_key(paths: str, **rest: Any) -> dict[str, Document]:
    return {case["key"]: case for case in list_cases(read(paths, **rest))}


def test_what_is_in_other_documents_costs_no_case() -> None:
    imported = read("""
      /pets:
        get: {responses: {'200': {$ref: 'answers.yaml#/pets'}}}
        post: {requestBody: {$ref: 'bodies.yaml#/pet'}, responses: {'201': {description: Made}}}
        put:
          parameters: [{$ref: 'shared.yaml#/limit'}]
          responses: {'200': {description: A, content: {application/json: {schema: {$ref: a.yaml}}}}}
    """)

    assert [case["key"] for case in list_cases(imported)] == ["get-pets", "post-pets", "put-pets"]
    assert sorted(place for place, _ in list_told(imported)) == [
        "/paths/~1pets/get/responses/200",
        "/paths/~1pets/post/requestBody",
        "/paths/~1pets/put/parameters",
        "/paths/~1pets/put/responses",
    ]


def test_definitions_that_are_named_alone_are_found() -> None:
    text = """
      swagger: '2.0'
      host: shop.example
      paths:
        /products: {get: {responses: {200: {description: A, schema: {$ref: Product}}}}}
      definitions: {Product: {properties: {id: {type: string}}}}
    """
    imported = OpenApiReader().read(text)

    (case,) = list_cases(imported)
    schema = case["endpoint"]["response_schemas"]["200"]["content"]["application/json"]["schema"]
    assert schema["$defs"]["Product"] == {"properties": {"id": {"type": "string"}}}
    assert not imported.notices


def test_paths_have_values_for_what_nobody_describes() -> None:
    imported = read("/teams/{team}/{role}: {get: {responses: {'200': {description: A}}}}")

    (case,) = list_cases(imported)
    assert case["request"]["path_params"] == {"team": "example", "role": "example"}
    assert len(list_told(imported, "changed")) == 2


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ([{"url": "{scheme}://a.example/v1/", "variables": {"scheme": {"default": "https"}}}], "https://a.example/v1"),
        ([{"url": "https://{at}.a.example", "variables": {"at": {"enum": ["eu", "us"]}}}], "https://eu.a.example"),
        ([{"url": "https://{at}.a.example"}, {"url": "https://b.example"}], "https://b.example"),
        ([{"url": "/api/v3"}, {"url": "https://a.example/api/v3"}], "https://a.example/api/v3"),
        ([{"url": "/api/v3"}], "/api/v3"),
        ([], "/"),
    ],
)  # fmt: skip
def test_the_base_url_is_that_of_the_server(servers: list[Document], expected: str) -> None:
    imported = read("/a: {get: {responses: {}}}", servers=servers)

    assert imported.base_url == expected
    is_told = [place for place, _ in list_told(imported, "changed")] == ["/servers/0/url"]
    assert is_told == (expected == "/api/v3")


def test_operations_on_other_servers_have_whole_addresses() -> None:
    cases = read_by_key(
        """
      /files:
        servers: [{url: 'https://uploads.example'}]
        post: {responses: {}}
        get: {servers: [{url: 'https://a.example/v1'}], responses: {}}
        put: {servers: [{url: /v2}], responses: {}}
        """,
        servers=[{"url": "https://a.example/v1"}],
    )

    assert {key: case["endpoint"]["path"] for key, case in cases.items()} == {
        "post-files": "https://uploads.example/files",
        "get-files": "/files",
        "put-files": "https://a.example/v2/files",
    }


def test_requests_that_no_test_sends_are_told() -> None:
    imported = read(
        """
      /streams:
        post:
          callbacks: {onData: {'{$request.query.to}': {post: {responses: {}}}}}
          responses: {'201': {description: A, links: {Get: {operationId: b}}}}
        additionalOperations: {COPY: {responses: {}}}
        query: {responses: {}}
        """,
        openapi="3.2.0",
        webhooks={"newPet": {"post": {"responses": {}}}},
    )

    assert [place for place, _ in list_told(imported)] == [
        "/webhooks/newPet",
        "/paths/~1streams/query",
        "/paths/~1streams/additionalOperations/COPY",
        "/paths/~1streams/post/callbacks",
        "/paths/~1streams/post/responses/201/links",
    ]


def test_a_document_of_webhooks_alone_has_no_cases() -> None:
    imported = OpenApiReader().read("openapi: 3.1.0\nwebhooks: {newPet: {post: {}}}")

    assert (list(imported.cases), len(imported.notices)) == ([], 1)


SCHEMAS = yaml.safe_load("""
  Pet:
    required: [kind]
    discriminator: {propertyName: kind, mapping: {meows: '#/components/schemas/Cat'}}
    properties: {kind: {type: string}}
  Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {lives: {type: integer}}}]}
  Dog:
    properties: {kind: {const: dog}, age: {type: integer}}
  Any:
    discriminator: {propertyName: kind}
    properties: {kind: {type: string}}
    oneOf: [{$ref: '#/components/schemas/Dog'}]
""")


@pytest.mark.parametrize(("name", "kind"), [("Cat", "meows"), ("Pet", "meows"), ("Any", "dog")])
def test_objects_say_of_which_kind_they_are(name: str, kind: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}"}
    body = yaml.safe_dump({"content": {"application/json": {"schema": schema}}})
    cases = read_by_key(
        f"/pets: {{post: {{requestBody: {yaml.safe_load(body)}, responses: {{}}}}}}",
        components={"schemas": SCHEMAS},
    )

    assert cases["post-pets"]["request"]["body"]["kind"] == kind


def test_names_come_from_names_and_never_from_objects() -> None:
    repository = """{type: object, properties: {
      id: {type: integer}, name: {type: string}, size: {type: object},
      owner: {type: object, properties: {id: {type: integer}, login: {type: string}}}}}"""
    answer = (
        f"{{'201': {{description: A, content: {{application/json: {{schema: {repository}}}}}}}}}"
    )
    names = ", ".join(
        f"{{name: {name}, in: path, required: true, schema: {{type: string}}}}"
        for name in ("owner", "repo")
    )
    cases = read_by_key(f"""
      /user/repos: {{post: {{responses: {answer}}}}}
      /repos/{{owner}}/{{repo}}: {{get: {{parameters: [{names}], responses: {{}}}}}}
      /sizes/{{size}}: {{get: {{responses: {{}}}}}}
    """)

    assert cases["post-user-repos"]["response"]["capture_vars"] == {
        "login": "$.owner.login",
        "name": "$.name",
    }
    assert cases["get-repos-owner-repo"]["request"]["path_params"] == {
        "owner": "{{captured_data.post-user-repos.login}}",
        "repo": "{{captured_data.post-user-repos.name}}",
    }


def test_credentials_in_examples_become_secret_variables() -> None:
    imported = read(f"""
      /sessions:
        post:
          parameters: [{{name: X-Trace, in: header, required: true, example: AKIAABCDEFGHIJKLMNOP}}]
          requestBody: {{content: {{application/json: {{example: {{name: ada, note: {JWT}}}}}}}}}
          responses: {{}}
    """)

    (case,) = list_cases(imported)
    assert case["request"]["headers"] == {"X-Trace": "{{env.X_TRACE}}"}
    assert case["request"]["body"] == {"name": "ada", "note": "{{env.NOTE}}"}
    assert [(each.key, each.is_secret) for each in imported.variables] == [
        ("X_TRACE", True),
        ("NOTE", True),
    ]
    assert JWT not in show_all(imported)


def test_files_are_sent_as_files() -> None:
    cases = read_by_key("""
      /files:
        post:
          requestBody:
            content:
              multipart/form-data:
                schema:
                  properties:
                    one: {type: string, contentMediaType: image/png}
                    many: {type: array, items: {type: string, format: binary}}
          responses: {}
        put:
          requestBody: {content: {application/octet-stream: {schema: {type: string}}}}
          responses: {}
    """)

    body = cases["post-files"]["request"]["body"]
    assert body["one"]["filename"] == "one.txt"
    assert [entry["filename"] for entry in body["many"]] == ["many.txt"]
    assert cases["put-files"]["request"]["headers"] == {"Content-Type": "application/octet-stream"}
