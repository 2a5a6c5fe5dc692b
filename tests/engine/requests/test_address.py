"""Addresses: base, path, parameters, query."""

from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import JsonValue, Scope
from app.engine.errors import Category, InvalidRequestError, StepError
from app.engine.requests.build import build_request
from tests.engine.builders import build_test

SCOPE = Scope(
    environment={"ID": "a/b c", "N": 3, "HOST": "http://other.test"},
    captured_data={"login": {"next": "http://next.test/p?page=2", "ids": [1, 2]}},
)


def build_url(base_url: str = "http://shop.test", **fields: Any) -> str:
    return build_request(build_test("t", **fields), base_url, SCOPE).url


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
        ("http://shop.test", "//evil.test/x", "http://shop.test/evil.test/x"),
        ("http://shop.test", "/x#part", "http://shop.test/x"),
        ("http://shop.test", "/ü b/%41?q=ä|", "http://shop.test/%C3%BC%20b/%41?q=%C3%A4%7C"),
        ("http://shop.test", '/x?f={"a":[1]}', "http://shop.test/x?f=%7B%22a%22:[1]%7D"),
        ("http://shop.test", "https://o.test?a=ü", "https://o.test/?a=%C3%BC"),
        ("http://shop.test", "https://o.test", "https://o.test/"),
        ("HTTP://shop.test", "/x", "http://shop.test/x"),
        ("http://shop.test", "HTTPS://o.test/x?a=1", "https://o.test/x?a=1"),
        ("http://shop.test", "/to/ftp://o.test", "http://shop.test/to/ftp://o.test"),
        ("http://shop.test", "/it's?q='a'", "http://shop.test/it's?q=%27a%27"),
        ("http://shop.test", "/x?next={{captured_data.login.next}}", None),
    ],
)
def test_url(base_url: str, path: str, url: str | None) -> None:
    if url is None:
        url = "http://shop.test/x?next=http%3A%2F%2Fnext.test%2Fp%3Fpage%3D2"
    assert build_url(base_url, path=path, path_params={"id": "{{env.ID}}"}) == url


def test_a_value_cannot_add_a_query_to_a_path() -> None:
    scope = Scope(environment={"X": "a?b=1#c\r\n\\"})
    request = build_request(build_test("t", path="/{{env.X}}/z"), "http://shop.test", scope)
    assert request.url == "http://shop.test/a%3Fb=1%23c%0D%0A%5C/z"


def test_query() -> None:
    query: dict[str, JsonValue] = {
        "ids": "{{captured_data.login.ids}}",
        "flag": True,
        "none": None,
        "text": "a b&c+\r\n",
        "{{env.N}}": 1.5,
        "mixed": [1, None, "x", {"a": 1}],
    }
    request = build_request(
        build_test("t", path="/x?z=1", query_params=query), "http://shop.test", SCOPE
    )
    assert request.url == (
        "http://shop.test/x?z=1&ids=1&ids=2&flag=true&text=a%20b%26c%2B%0D%0A&3=1.5"
        "&mixed=1&mixed=x&mixed=%7B%22a%22%3A1%7D"
    )
    assert request.query["ids"] == [1, 2]
    assert build_url(path="/x", query_params={"a": None, "b": []}) == "http://shop.test/x"


@pytest.mark.parametrize(
    "base_url",
    ["", "shop.test", "ftp://shop.test", "http://", "http://x:y", "http://x:0", "http://x/?a=1"],
)
def test_a_base_url_must_be_an_address(base_url: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        build_url(base_url)
    assert caught.value.problem.category is Category.ENVIRONMENT
    assert caught.value.problem.location == "base_url"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"path": "/{id}"}, "path_params: no value for '{id}'; there is nothing"),
        (
            {"path": "/{id}", "path_params": {"a": 1, "b": 2}},
            "path_params: no value for '{id}'; there is a, b",
        ),
        ({"path": "/{{env.NOPE}}"}, "path: {{env.NOPE}}: env has no 'NOPE'"),
        ({"path": "/{id}", "path_params": {"id": "{{env.NOPE}}"}}, "path_params.id: {{env.NOPE}}"),
        ({"query_params": {"q": "{{env.NOPE}}"}}, "query_params.q: {{env.NOPE}}"),
        ({"path": "http://"}, "path: 'http://' is not an http or https address"),
        ({"path": "ftp://o.test/x"}, "path: 'ftp://o.test' is not an http or https address"),
        ({"path": "file:///etc/passwd"}, "path: 'file://' is not an http or https address"),
    ],
)
def test_says_what_cannot_be_built(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(StepError) as caught:
        build_url(**fields)
    assert message in caught.value.problem.message


@given(st.text(), st.text(), st.text())
def test_values_stay_where_they_are(path: str, parameter: str, value: str) -> None:
    """Whatever a value holds, the URL has one host, one path and one pair, and no line break."""
    scope = Scope(environment={"PATH": path, "PARAMETER": parameter, "VALUE": value})
    test = build_test(
        "t",
        path="/a/{{env.PATH}}/{p}",
        path_params={"p": "{{env.PARAMETER}}"},
        query_params={"q": "{{env.VALUE}}"},
    )
    url = build_request(test, "http://shop.test", scope).url
    assert url.isascii()
    assert url.isprintable()
    parts = urlsplit(url)
    assert parts.netloc == "shop.test"
    assert unquote_to_bytes(parts.path) == f"/a/{path}/{parameter}".encode(errors="replace")
    assert unquote_to_bytes(parts.query) == f"q={value}".encode(errors="replace")
