"""Captures into every part of the context."""

from typing import Any

import orjson
import pytest

from app.engine import CaptureSpec, JsonValue, ReceivedResponse
from app.engine.capture_sources import CaptureSource
from app.engine.captures import Captured, compile_captures, take_captures
from app.engine.errors import InvalidExpectationError
from app.engine.response import Response

BODY: JsonValue = {"token": "t", "none": None, "products": [{"id": 1}], "empty": []}


def capture(*specs: CaptureSpec, body: bytes | None = None, is_truncated: bool = False) -> Captured:
    received = ReceivedResponse(
        status_code=201,
        headers=(("X-Id", "7"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
        body=orjson.dumps(BODY) if body is None else body,
        is_truncated=is_truncated,
        elapsed_ms=12.5,
    )
    compiled = compile_captures({spec.name: spec for spec in specs})
    return take_captures(compiled, "login", Response(received))


def from_body(path: str, name: str = "x", *, required: bool = True) -> CaptureSpec:
    return CaptureSpec(
        source="body", expression=path, target="captured_data", name=name, required=required
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.token", "t"),
        ("$.none", None),
        ("$.products[*].id", [1]),
        ("$.products[0].id", 1),
        ("$.products[?@.id == 1]", [{"id": 1}]),
        ("$", BODY),
    ],
)
def test_from_the_body(path: str, value: JsonValue) -> None:
    captured = capture(from_body(path))
    assert captured.delta.captured_data == {"login": {"x": value}}
    assert captured.missing == ()


def test_into_every_part() -> None:
    captured = capture(
        from_body("$.token", "token"),
        CaptureSpec(source="header", expression="x-id", target="shared_variables", name="id"),
        CaptureSpec(source="header", expression="Set-Cookie", target="shared_variables", name="c"),
        CaptureSpec(source="status", expression="", target="captured_data", name="status"),
        CaptureSpec(
            source="body", expression="$.token", target="shared_auth_tokens", name="access_token"
        ),
    )
    assert captured.delta.captured_data == {"login": {"token": "t", "status": 201}}
    assert captured.delta.shared_variables == {"id": "7", "c": "a=1, b=2"}
    assert captured.delta.shared_auth_tokens == {"access_token": "t"}
    assert captured.delta.names == ("token", "status", "access_token", "id", "c")


def test_every_missing_one_is_named() -> None:
    captured = capture(
        from_body("$.gone", "a"),
        from_body("$.empty[*]", "b"),
        CaptureSpec(source="header", expression="X-Gone", target="captured_data", name="c"),
        from_body("$.token", "d"),
    )
    assert [missing.message for missing in captured.missing] == [
        "capture 'a' from $.gone: nothing is there in the body",
        "capture 'b' from $.empty[*]: nothing is there in the body",
        "capture 'c': the answer has no header X-Gone",
    ]
    assert captured.delta.captured_data == {"login": {"d": "t"}}


def test_an_optional_one_may_be_missing() -> None:
    captured = capture(from_body("$.gone", required=False))
    assert captured.missing == ()
    assert not captured.delta


@pytest.mark.parametrize(
    ("body", "is_truncated", "message"),
    [
        (b"no", False, "the body is not JSON"),
        (b"", False, "the body is empty"),
        (b"{}", True, "the body was cut"),
        (b'{"token":"a\\u0000b"}', False, "holds a NUL character"),
    ],
)
def test_unusable_bodies(body: bytes, is_truncated: bool, message: str) -> None:
    captured = capture(from_body("$.token"), body=body, is_truncated=is_truncated)
    assert message in (captured.missing[0].message or "")


def test_only_a_value_with_a_nul_is_refused() -> None:
    body = b'{"token":"a","x":{"b\\u0000":1},"y":"\\\\u0000"}'
    captured = capture(
        from_body("$.token"), from_body("$.y", "y"), from_body("$.x", "z"), body=body
    )
    assert captured.delta.captured_data == {"login": {"x": "a", "y": "\\u0000"}}
    assert "NUL" in (captured.missing[0].message or "")


SOURCES: list[tuple[CaptureSource, str, JsonValue]] = [
    ("xpath", "//b", "2"),
    ("xpath", "count(//*)", 4),
    ("xpath", "//a", ["1", "3"]),
    ("regex", "<b>([0-9])</b>", "2"),
    ("regex", "<b>[0-9]</b>", "<b>2</b>"),
    ("cookie", "b", "2"),
    ("duration", "", 12.5),
    ("status", "", 201),
    ("text", "", "<r><a>1</a><b>2</b><a>3</a></r>"),
]


@pytest.mark.parametrize(("source", "expression", "value"), SOURCES)
def test_sources(source: CaptureSource, expression: str, value: JsonValue) -> None:
    spec = CaptureSpec(source=source, expression=expression, target="shared_variables", name="x")
    body = b"<r><a>1</a><b>2</b><a>3</a></r>"
    assert capture(spec, body=body).delta.shared_variables == {"x": value}


ABSENCES: list[tuple[CaptureSource, str, bytes, str]] = [
    ("xpath", "//c", b"<r/>", "capture 'x' from //c: nothing is there in the body"),
    ("xpath", "//c", b"{", "the body is not XML"),
    ("regex", "x(y)?z", b"xz", "capture 'x' from x(y)?z: the pattern matches nothing in the body"),
    ("regex", "^(a|a)+$", b"a" * 99 + b"b", "the pattern takes too long in this body"),
    ("cookie", "session", b"", "capture 'x': the answer sets no cookie session"),
    ("text", "", b"", "capture 'x': the body is empty"),
    ("text", "", b"a\x00b", "holds a NUL character"),
]


@pytest.mark.parametrize(("source", "expression", "body", "message"), ABSENCES)
def test_absences(source: CaptureSource, expression: str, body: bytes, message: str) -> None:
    spec = CaptureSpec(source=source, expression=expression, target="captured_data", name="x")
    (missing,) = capture(spec, body=body).missing
    assert message in (missing.message or "")


@pytest.mark.parametrize(
    ("document", "spec"),
    [
        ("$.a", {"source": "body", "expression": "$.a", "name": "key"}),
        ({"path": "$.a", "name": "b"}, {"source": "body", "expression": "$.a", "name": "b"}),
        ({"from": "xpath", "path": "//a"}, {"source": "xpath", "expression": "//a", "name": "key"}),
        ({"from": "cookie", "name": "s"}, {"source": "cookie", "expression": "s", "name": "key"}),
        ({"from": "text", "name": "s"}, {"source": "text", "expression": "", "name": "s"}),
        (
            {"from": "header", "path": "X-A", "name": "s", "secret": True, "required": False},
            {
                "source": "header",
                "expression": "X-A",
                "name": "s",
                "secret": True,
                "required": False,
            },
        ),
    ],
)
def test_declarations(document: JsonValue, spec: dict[str, Any]) -> None:
    read = CaptureSpec.from_document("key", document, "capture_vars.key")
    assert read == CaptureSpec(target="captured_data", **spec)


@pytest.mark.parametrize("expression", ["//[", "x" * 501])
def test_a_bad_xpath_is_named(expression: str) -> None:
    spec = CaptureSpec(source="xpath", expression=expression, target="captured_data", name="x")
    with pytest.raises(InvalidExpectationError, match=r"capture_vars\.x"):
        capture(spec)


def test_a_bad_pattern_is_named() -> None:
    spec = CaptureSpec(source="regex", expression="(", target="captured_data", name="x")
    with pytest.raises(InvalidExpectationError, match="is not a regular expression"):
        capture(spec)


def test_where_a_value_is_found_in_the_context() -> None:
    assert from_body("$.a", "b").get_path("login").text == "captured_data.login.b"
    assert from_body("$.a", "b").get_path("login").steps == ("login", "b")


def test_a_bad_path_is_named() -> None:
    with pytest.raises(InvalidExpectationError) as caught:
        capture(from_body("token"))
    assert caught.value.problem.message.startswith("capture_vars.x: 'token' is not a JSONPath")


def test_two_captures_of_one_name_are_refused() -> None:
    specs = {"a": from_body("$.token"), "b": from_body("$.none")}
    with pytest.raises(InvalidExpectationError, match=r"second capture into captured_data\.x"):
        compile_captures(specs)
