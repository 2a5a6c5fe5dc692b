"""A response as it is read: headers, cookies, text and JSON of any quality."""

import orjson
import pytest

from app.engine import JsonValue, ReceivedResponse
from app.engine.cookies import parse_set_cookies
from app.engine.response import Response


def respond(body: bytes, content_type: str | None = None, **headers: str) -> Response:
    if content_type is not None:
        headers["Content-Type"] = content_type
    return Response(ReceivedResponse(status_code=200, headers=tuple(headers.items()), body=body))


@pytest.mark.parametrize(
    ("body", "content_type", "text", "is_text"),
    [
        ("é".encode(), None, "é", True),
        (b"\xef\xbb\xbfa", "text/plain; charset=utf-8", "a", True),
        (b"\xe9", "text/plain; charset=ISO-8859-1", "é", True),
        ("é".encode("utf-16"), 'text/plain; charset="utf-16"', "é", True),
        (b"\xe9", "text/plain", "\ufffd", False),
        (b"\x9d", "text/plain; charset=windows-1252", "\ufffd", False),
        (b"a", "text/plain; charset=zip", "a", True),
        (b"a", "text/plain; charset=iso-8859-99", "a", True),
        (b"a", "text/plain; charset", "a", True),
    ],
)
def test_text(body: bytes, content_type: str | None, text: str, is_text: bool) -> None:
    response = respond(body, content_type)
    assert response.text == text
    assert response.is_text is is_text


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"\xef\xbb\xbf{}", {}),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b"18446744073709551615", 2**64 - 1),
        (b"1" + b"0" * 30, 1e30),
        (b"0." + b"1" * 100_000, 0.1111111111111111),
        (b"1E-99999999", 0.0),
        (b'"\\u0000"', "\x00"),
        (b"null", None),
    ],
)
def test_json(body: bytes, value: JsonValue) -> None:
    response = respond(body)
    assert response.json_problem is None
    assert response.json == value
    assert type(response.json) is type(value)


@pytest.mark.parametrize(
    ("body", "content_type", "message", "suggested_fix"),
    [
        (b"", None, "the body is empty", "Find out why"),
        (b"{", "application/json", "the body is not JSON: ", "malformed JSON: correct it there"),
        (b"<p>", "text/html; x=y", "the body is not JSON: ", "says that this is text/html"),
        (b"1e999", None, "the body is not JSON: number is infinity", "malformed JSON"),
        (b'"\\ud800"', None, "the body is not JSON: no low surrogate", "malformed JSON"),
        (b'"\xff"', None, "the body is not JSON: ", "malformed JSON"),
        (b"NaN", None, "the body is not JSON: ", "malformed JSON"),
        (b"[" * 200 + b"]" * 200, None, "nested deeper than 100 levels", "malformed JSON"),
        (b"[" * 10_000_000, None, "the body is not JSON: ", "malformed JSON"),
    ],
)
def test_what_is_no_json(
    body: bytes, content_type: str | None, message: str, suggested_fix: str
) -> None:
    response = respond(body, content_type)
    problem = response.json_problem
    assert problem is not None
    assert message in problem.message
    assert suggested_fix in problem.suggested_fix
    assert response.json is None
    assert response.problem is problem


def test_headers_of_one_name() -> None:
    headers = (("Via", "a"), ("X", "1"), ("via", "b"))
    response = Response(ReceivedResponse(status_code=200, headers=headers))
    assert response.headers == {"via": "a, b", "x": "1"}
    assert response.list_header("VIA") == ["a", "b"]


def test_a_reader_is_asked_once() -> None:
    asked: list[Response] = []
    response = respond(b"")
    reader = asked.append
    response.interpret(reader)
    response.interpret(reader)
    assert asked == [response]


def test_cookies() -> None:
    cookies = parse_set_cookies(
        [
            "a=1; Path=/; Secure; Max-Age=60; SameSite=Lax",
            'b="x y"; HttpOnly; Max-Age=soon',
            "a=2; max-age=-5",
            "nonsense",
            "=v",
            "",
            "c=d=e; ; =x",
        ]
    )
    assert {name: cookie.value for name, cookie in cookies.items()} == {
        "a": "2",
        "b": "x y",
        "c": "d=e",
    }
    assert cookies["a"].attributes == {"max-age": -5}
    assert cookies["b"].attributes == {"httponly": True, "max-age": "soon"}


def test_a_flood_of_cookies_is_cut() -> None:
    assert len(parse_set_cookies(f"c{index}=1" for index in range(10_000))) == 500


def test_a_large_body_is_parsed_once() -> None:
    response = respond(orjson.dumps(list(range(1000))))
    assert response.json is response.json
