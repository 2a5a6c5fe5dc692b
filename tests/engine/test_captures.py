"""Captures into every part of the context."""

import orjson
import pytest

from app.engine import CaptureSpec, JsonValue, ReceivedResponse
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


def test_a_bad_path_is_named() -> None:
    with pytest.raises(InvalidExpectationError) as caught:
        capture(from_body("token"))
    assert caught.value.problem.message.startswith("capture_vars.x: 'token' is not a JSONPath")


def test_two_captures_of_one_name_are_refused() -> None:
    specs = {"a": from_body("$.token"), "b": from_body("$.none")}
    with pytest.raises(InvalidExpectationError, match=r"second capture into captured_data\.x"):
        compile_captures(specs)
