"""Requests: method, headers, cookies, and what cannot be built."""

from typing import Any

import pytest

from app.engine import PreparedRequest, Scope
from app.engine.errors import InvalidRequestError, StepError, TemplateError
from app.engine.requests.build import build_request
from app.engine.transfer import Tls, Transfer
from tests.engine.builders import build_test

SCOPE = Scope(
    environment={
        "N": 3,
        "EVIL": "a\r\nX-Admin: 1",
        "PEM": "-----BEGIN CERTIFICATE-----",
        "HOST": "http://ada:p%40w@shop.test",
    },
    captured_data={"login": {"ids": [1, 2], "evil": "a; role=admin"}},
)


def build(base_url: str = "http://shop.test", **fields: Any) -> PreparedRequest:
    return build_request(build_test("t", **fields), base_url, SCOPE)


def headers_of(request: PreparedRequest) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers}


@pytest.mark.parametrize(
    "method",
    ["GET", "HEAD", "OPTIONS", "DELETE", "TRACE", "QUERY", "M-SEARCH", "VERSION-CONTROL", "X_Y2"],
)
def test_any_method(method: str) -> None:
    assert build(method=method).method == method


def test_headers_of_the_test_win_over_defaults() -> None:
    request = build(
        body={},
        headers={
            "content-type": "application/vnd.x+json",
            "X-N": "{{env.N}}",
            "Gone": None,
            "Accept": " a ",
            "If-Match": ['"a"', '"b"'],
            "X-Ids": "{{captured_data.login.ids}}",
            "{{env.N}}-Name": "ä",
        },
    )
    headers = headers_of(request)
    assert headers["content-type"] == "application/vnd.x+json"
    assert (headers["x-n"], headers["accept"]) == ("3", "a")
    assert headers["if-match"] == '"a", "b"'
    assert headers["x-ids"] == "1, 2"
    assert headers["3-name"] == "ä"
    assert "gone" not in headers
    assert headers["user-agent"] == "api-testing-platform"


def test_cookies_join_those_of_a_header() -> None:
    cookies = {"a": "{{env.N}}", "gone": None, "json": '{"x": 1, "y": "z"}', "{{env.N}}": True}
    request = build(cookies=cookies, headers={"cookie": "first=0"})
    assert headers_of(request)["cookie"] == 'first=0; a=3; json={"x": 1, "y": "z"}; 3=true'
    assert headers_of(build(cookies={"a": 1}))["cookie"] == "a=1"
    assert "cookie" not in headers_of(build(cookies={"gone": None}))


def test_the_user_of_an_address_becomes_a_header() -> None:
    request = build("{{env.HOST}}")
    assert request.url == "http://shop.test/t"
    assert headers_of(request)["authorization"] == "Basic YWRhOnBAdw=="
    assert set(request.credentials) == {"p%40w", "p@w", "YWRhOnBAdw=="}
    own = build("{{env.HOST}}", headers={"Authorization": "Own x"})
    assert headers_of(own)["authorization"] == "Own x"
    assert build("http://shop.test", path="/@me").url == "http://shop.test/@me"


def test_settings_of_the_transfer_are_filled_in() -> None:
    transfer = Transfer(proxy="http://proxy:{{env.N}}", tls=Tls(ca="{{env.PEM}}"))
    rendered = build(transfer=transfer).transfer
    assert rendered.proxy == "http://proxy:3"
    assert rendered.tls.ca == "-----BEGIN CERTIFICATE-----"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"method": "GE T"}, "method: 'GE T' is not a method to send"),
        ({"method": "CONNECT"}, "method: 'CONNECT' is not a method to send"),
        ({"method": "GET\r\n"}, "is not a method to send"),
        ({"method": "X" * 40}, "is not a method to send"),
        ({"headers": {"a b": "x"}}, "this is not a header name"),
        ({"headers": {"": "x"}}, "this is not a header name"),
        ({"headers": {"A\r\nB": "x"}}, "this is not a header name"),
        ({"headers": {"{{env.EVIL}}": "x"}}, "this is not a header name"),
        ({"headers": {"A": "x\r\nB: y"}}, "headers.A: a header cannot hold line breaks"),
        ({"headers": {"A": "{{env.EVIL}}"}}, "headers.A: a header cannot hold line breaks"),
        ({"headers": {"A": ["x", "\x00"]}}, "headers.A: a header cannot hold line breaks"),
        ({"headers": {"content-LENGTH": 5}}, "this header is written when the body is sent"),
        ({"headers": {"Transfer-Encoding": "chunked"}}, "this header is written when the body"),
        ({"headers": {"A": "{{env.NOPE}}"}}, "headers.A: {{env.NOPE}}"),
        ({"cookies": {"a": "{{env.EVIL}}"}}, "cookies.a: a cookie cannot hold semicolons"),
        ({"cookies": {"a": "{{captured_data.login.evil}}"}}, "cookies.a: a cookie cannot hold"),
        ({"cookies": {"a=b": "x"}}, "this is not a cookie name"),
        ({"cookies": {"a": "{{env.NOPE}}"}}, "cookies.a: {{env.NOPE}}"),
        ({"transfer": Transfer(tls=Tls(key="{{env.NOPE}}"))}, "transfer.tls.key: {{env.NOPE}}"),
        ({"body": {"a": ["{{env.NOPE}}"]}}, "body.a[0]: {{env.NOPE}}"),
    ],
)
def test_says_what_cannot_be_built(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(StepError) as caught:
        build(**fields)
    assert isinstance(caught.value, InvalidRequestError | TemplateError)
    assert message in caught.value.problem.message
    assert caught.value.problem.suggested_fix
