"""Requests: URL, headers, body and authentication."""

from typing import Any

import pytest

from app.engine import JsonValue, PreparedRequest, Scope
from app.engine.errors import Category, InvalidRequestError, StepError, TemplateError
from app.engine.requests.build import build_request
from tests.engine.builders import build_test

SCOPE = Scope(
    environment={"ID": "a/b c", "N": 3, "HOST": "http://other.test", "USER": "ada:pw"},
    shared_auth_tokens={"access_token": "jwt", "admin": "root-jwt", "number": 42, "object": {}},
    captured_data={"login": {"next": "http://next.test/p?page=2", "ids": [1, 2], "token": "cap"}},
)


def build(base_url: str = "http://shop.test", **fields: Any) -> PreparedRequest:
    return build_request(build_test("t", **fields), base_url, SCOPE)


def headers_of(request: PreparedRequest) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers}


@pytest.mark.parametrize(
    ("base_url", "path", "url"),
    [
        ("http://shop.test", "/x", "http://shop.test/x"),
        ("http://shop.test/", "x", "http://shop.test/x"),
        ("http://shop.test/api/", "/x", "http://shop.test/api/x"),
        ("{{env.HOST}}", "/x", "http://other.test/x"),
        ("http://shop.test", "/{{env.ID}}/y", "http://shop.test/a/b%20c/y"),
        ("http://shop.test", "/{id}/y", "http://shop.test/a%2Fb%20c/y"),
        ("http://shop.test", "{{captured_data.login.next}}", "http://next.test/p?page=2"),
        ("http://shop.test", "{{env.HOST}}/v", "http://other.test/v"),
        ("http://shop.test", "/x?a=1", "http://shop.test/x?a=1"),
        ("http://[::1]:81", "/x", "http://[::1]:81/x"),
    ],
)
def test_url(base_url: str, path: str, url: str) -> None:
    assert build(base_url, path=path, path_params={"id": "{{env.ID}}"}).url == url


def test_a_value_cannot_add_a_query_to_a_path() -> None:
    scope = Scope(environment={"X": "a?b=1#c"})
    request = build_request(build_test("t", path="/{{env.X}}/z"), "http://shop.test", scope)
    assert request.url == "http://shop.test/a%3Fb=1%23c/z"


def test_query() -> None:
    query: dict[str, JsonValue] = {
        "ids": "{{captured_data.login.ids}}",
        "flag": True,
        "none": None,
        "text": "a b&c",
        "{{env.N}}": 1.5,
    }
    request = build(path="/x?z=1", query_params=query)
    assert request.url == "http://shop.test/x?z=1&ids=1&ids=2&flag=true&text=a%20b%26c&3=1.5"
    assert request.query["ids"] == [1, 2]


@pytest.mark.parametrize("base_url", ["", "shop.test", "ftp://shop.test", "http://", "http://x:y"])
def test_a_base_url_must_be_an_address(base_url: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        build(base_url)
    assert caught.value.problem.category is Category.ENVIRONMENT
    assert caught.value.problem.location == "base_url"


@pytest.mark.parametrize(
    ("body", "body_type", "content", "content_type"),
    [
        ({"n": "{{env.N}}", "l": [None]}, None, b'{"n":3,"l":[null]}', "application/json"),
        ([1], "json", b"[1]", "application/json"),
        ('{"n": {{env.N}}}', "json", b'{"n": 3}', "application/json"),
        (False, "json", b"false", "application/json"),
        (2**70, "json", b"1180591620717411303424", "application/json"),
        (
            {"a": "b c", "n": "{{env.N}}", "l": [1, 2], "no": None},
            "x-www-form-urlencoded",
            b"a=b+c&n=3&l=1&l=2",
            "application/x-www-form-urlencoded",
        ),
        ("a=1", "x-www-form-urlencoded", b"a=1", "application/x-www-form-urlencoded"),
        ("h\u00e9 {{env.N}}", "text", "h\u00e9 3".encode(), "text/plain; charset=utf-8"),
        ("<a>{{env.N}}</a>", "xml", b"<a>3</a>", "application/xml"),
        ("{ me }", "graphql", b'{"query":"{ me }"}', "application/json"),
        (
            {"query": "q", "variables": {}},
            "graphql",
            b'{"query":"q","variables":{}}',
            "application/json",
        ),
    ],
)
def test_body(body: JsonValue, body_type: str | None, content: bytes, content_type: str) -> None:
    request = build(method="POST", body=body, body_type=body_type)
    assert request.body == content
    assert headers_of(request)["content-type"] == content_type


def test_no_body() -> None:
    request = build(body=None, body_type="form-data")
    assert request.body is None
    assert "content-type" not in headers_of(request)


def test_headers_of_the_test_win_over_defaults() -> None:
    request = build(
        body={},
        headers={
            "content-type": "application/vnd.x+json",
            "X-N": "{{env.N}}",
            "Gone": None,
            "Accept": " a ",
        },
    )
    headers = headers_of(request)
    assert headers["content-type"] == "application/vnd.x+json"
    assert (headers["x-n"], headers["accept"]) == ("3", "a")
    assert "gone" not in headers
    assert headers["user-agent"] == "api-testing-platform"


def test_credentials_are_named_for_redaction() -> None:
    assert "p@w" in build("http://ada:p%40w@shop.test").credentials


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"method": "GE T"}, "method: 'GE T' is not a method to send"),
        ({"headers": {"a b": "x"}}, "this is not a header name"),
        ({"headers": {"A": "x\r\nB: y"}}, "headers.A: a header cannot hold line breaks"),
        ({"path": "/{id}"}, "path_params: no value for '{id}'; there is nothing"),
        ({"path": "/{{env.NOPE}}"}, "path: {{env.NOPE}}: env has no 'NOPE'"),
        ({"path": "/{id}", "path_params": {"id": "{{env.NOPE}}"}}, "path_params.id: {{env.NOPE}}"),
        ({"query_params": {"q": "{{env.NOPE}}"}}, "query_params.q: {{env.NOPE}}"),
        ({"headers": {"A": "{{env.NOPE}}"}}, "headers.A: {{env.NOPE}}"),
        ({"body": {"a": ["{{env.NOPE}}"]}}, "body.a[0]: {{env.NOPE}}"),
        ({"body": "x", "body_type": "binary"}, "bodies of type 'binary' are not known"),
        ({"body": [1], "body_type": "x-www-form-urlencoded"}, "a form must be an object"),
        ({"body": {"a": 1}, "body_type": "text"}, "must be a text, not object"),
    ],
)
def test_says_what_cannot_be_built(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(StepError) as caught:
        build(**fields)
    assert isinstance(caught.value, InvalidRequestError | TemplateError)
    assert message in caught.value.problem.message
    assert caught.value.problem.suggested_fix
