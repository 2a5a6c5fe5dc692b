"""Bodies: JSON, forms, texts, XML, GraphQL."""

from typing import Any

import pytest

from app.engine import JsonValue, PreparedRequest, Scope
from app.engine.errors import InvalidRequestError
from app.engine.requests.build import build_request
from tests.engine.builders import build_test

SCOPE = Scope(environment={"N": 3})


def build(**fields: Any) -> PreparedRequest:
    return build_request(build_test("t", method="POST", **fields), "http://shop.test", SCOPE)


@pytest.mark.parametrize(
    ("body", "body_type", "content", "content_type"),
    [
        ({"n": "{{env.N}}", "l": [None]}, None, b'{"n":3,"l":[null]}', "application/json"),
        ([1], "json", b"[1]", "application/json"),
        ('{"n": {{env.N}}}', "json", b'{"n": 3}', "application/json"),
        ('{"n": ', "json", b'{"n": ', "application/json"),
        (False, "json", b"false", "application/json"),
        (2**70, "json", b"1180591620717411303424", "application/json"),
        (
            {"a": "b c", "n": "{{env.N}}", "l": [1, 2], "no": None, "\ud800": "\ud800"},
            "x-www-form-urlencoded",
            b"a=b+c&n=3&l=1&l=2&%3F=%3F",
            "application/x-www-form-urlencoded",
        ),
        ("a=1", "x-www-form-urlencoded", b"a=1", "application/x-www-form-urlencoded"),
        ("h\u00e9 {{env.N}}", "text", "h\u00e9 3".encode(), "text/plain; charset=utf-8"),
        (7, "text", b"7", "text/plain; charset=utf-8"),
        ("", "text", b"", "text/plain; charset=utf-8"),
        ("<a>{{env.N}}</a>", "xml", b"<a>3</a>", "application/xml"),
        ("<a>", "xml", b"<a>", "application/xml"),
        ("{ me }", "graphql", b'{"query":"{ me }"}', "application/json"),
        (
            {"query": "query Q($n: Int) { a(n: $n) }", "variables": {"n": "{{env.N}}"}},
            "graphql",
            b'{"query":"query Q($n: Int) { a(n: $n) }","variables":{"n":3}}',
            "application/json",
        ),
        (
            {"query": "q", "variables": None, "operationName": "Q"},
            "graphql",
            b'{"query":"q","operationName":"Q"}',
            "application/json",
        ),
        (
            {"extensions": {"persistedQuery": {}}},
            "graphql",
            b'{"extensions":{"persistedQuery":{}}}',
            "application/json",
        ),
    ],
)
def test_body(body: JsonValue, body_type: str | None, content: bytes, content_type: str) -> None:
    request = build(body=body, body_type=body_type)
    assert request.body == content
    assert dict(request.headers)["Content-Type"] == content_type


def test_no_body() -> None:
    request = build(body=None, body_type="form-data")
    assert request.body is None
    assert "Content-Type" not in dict(request.headers)


@pytest.mark.parametrize(
    ("body", "body_type", "message"),
    [
        ("x", "binary", "body_type: bodies of type 'binary' are not known"),
        ([1], "x-www-form-urlencoded", "body: a form must be an object, not array"),
        ({"a": 1}, "text", "body: a body of type 'text' must be a text, not object"),
        ([], "xml", "body: a body of type 'xml' must be a text, not array"),
        (7, "graphql", "body: a GraphQL body must be a text or an object, not integer"),
        (
            {"query": "q", "operation": "Q"},
            "graphql",
            "a GraphQL body has no 'operation'; it has query, variables, operationName, extensions",
        ),
        ({"variables": {}}, "graphql", "a GraphQL body needs a query, which is a text"),
        ({"query": "q", "variables": [1]}, "graphql", "the variables of a GraphQL body must be"),
    ],
)
def test_says_what_cannot_be_encoded(body: JsonValue, body_type: str, message: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        build(body=body, body_type=body_type)
    assert message in caught.value.problem.message
    assert caught.value.problem.suggested_fix
