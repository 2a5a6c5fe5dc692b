"""Forms with files, read back by the standard library's parser."""

from collections.abc import Sequence
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import JsonValue, PreparedRequest, Scope
from app.engine.errors import StepError
from app.engine.requests.build import build_request
from tests.engine.builders import build_test

SCOPE = Scope(
    environment={"N": 3, "PIXEL": "iVBORw0KGgo="},
    fixtures={"users": [{"name": "Ada"}], "note": "grüße"},
)


def build(body: JsonValue, scope: Scope = SCOPE, **fields: Any) -> PreparedRequest:
    test = build_test("t", method="POST", body=body, body_type="form-data", **fields)
    return build_request(test, "http://shop.test", scope)


def read(request: PreparedRequest) -> Sequence[MIMEPart]:
    content_type = dict(request.headers)["Content-Type"]
    assert request.body is not None
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + request.body)
    assert message.is_multipart()
    assert not message.defects
    return list(message.iter_parts())


def describe(part: MIMEPart) -> tuple[str | None, str | None, str | None, bytes]:
    name = part.get_param("name", header="content-disposition")
    content = part.get_payload(decode=True)
    assert isinstance(name, str)
    assert isinstance(content, bytes)
    return name, part.get_filename(), part["content-type"], content


def test_texts_lists_and_files() -> None:
    body: JsonValue = {
        "title": "Hello {{env.N}}",
        "number": "{{env.N}}",
        "none": None,
        "tags": ["a", None, True],
        "text": {"filename": "a.txt", "content": "grüße\r\n--x"},
        "json": {"filename": "a.json", "content": {"n": "{{env.N}}"}},
        "pixel": {"filename": "p.png", "content_base64": "{{env.PIXEL}}"},
        "wrapped": {"content_base64": "aGVs\n bG8=", "content_type": "x/y; z=1"},
        "users": {"filename": "users.csv", "fixture": "users", "content_type": "text/json"},
        "many": [{"filename": "1", "fixture": "note"}, {"filename": "2", "content": ""}],
    }
    octets = "application/octet-stream"
    assert [describe(part) for part in read(build(body))] == [
        ("title", None, None, b"Hello 3"),
        ("number", None, None, b"3"),
        ("tags", None, None, b"a"),
        ("tags", None, None, b"true"),
        ("text", "a.txt", "text/plain", "grüße\r\n--x".encode()),
        ("json", "a.json", "application/json", b'{"n":3}'),
        ("pixel", "p.png", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("wrapped", "wrapped", 'x/y; z="1"', b"hello"),
        ("users", "users.csv", "text/json", b'[{"name":"Ada"}]'),
        ("many", "1", octets, "grüße".encode()),
        ("many", "2", octets, b""),
    ]


def test_the_same_form_is_the_same_bytes() -> None:
    first, second = build({"a": "1"}), build({"a": "1"})
    assert first == second
    assert build({"a": "2"}).headers != first.headers


def test_an_empty_form_has_an_end() -> None:
    request = build({})
    boundary = dict(request.headers)["Content-Type"].partition("boundary=")[2]
    assert request.body == f"--{boundary}--\r\n".encode()


@pytest.mark.parametrize(
    ("written", "is_replaced"),
    [("multipart/form-data", True), ("Multipart/Form-Data", True), ("multipart/mixed", False)],
)
def test_the_boundary_is_added_where_a_test_left_it_out(written: str, is_replaced: bool) -> None:
    request = build({"a": 1}, headers={"content-type": written})
    content_type = dict(request.headers)["content-type"]
    assert ("; boundary=" in content_type) is is_replaced


def test_names_cannot_end_their_quotes_or_lines() -> None:
    evil = 'a"; filename="x"\r\nX-Admin: 1\r\n\r\n'
    request = build({evil: {"filename": evil, "content": "c"}, "b": "2"})
    parts = read(request)
    assert len(parts) == 2
    escaped = "a%22; filename=%22x%22%0D%0AX-Admin: 1%0D%0A%0D%0A"
    assert describe(parts[0])[:2] == (escaped, escaped)
    assert parts[0]["x-admin"] is None


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_contents_arrive(texts: list[str]) -> None:
    values = {f"v{index}": text for index, text in enumerate(texts)}
    body: JsonValue = {name: f"{{{{env.{name}}}}}" for name in values}
    parts = read(build(body, Scope(environment=dict(values))))
    contents = [(name, content) for name, _, _, content in map(describe, parts)]
    assert contents == [(name, text.encode(errors="replace")) for name, text in values.items()]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("a=1", "body: a form must be an object, not string"),
        ([1], "body: a form must be an object, not array"),
        (
            {"f": {"name": "x"}},
            "body.f: a file has no 'name'; it has filename, content_type, content",
        ),
        ({"f": {"filename": "x"}}, "a file has one of content, content_base64, fixture, here"),
        (
            {"f": [1, {"content": "x", "fixture": "users"}]},
            "body.f[1]: a file has one of content, content_base64, fixture, here it has content and",
        ),
        ({"f": {"content_base64": "no base64!"}}, "body.f.content_base64: this is not base64"),
        ({"f": {"content_base64": "aGVsbG8"}}, "body.f.content_base64: this is not base64"),
        ({"f": {"content_base64": 7}}, "body.f.content_base64: must be a text, not integer"),
        ({"f": {"filename": [], "content": ""}}, "body.f.filename: must be a text, not array"),
        ({"f": {"fixture": "nope"}}, "body.f.fixture: {{fixture.nope}}: fixture has no 'nope'; it"),
        (
            {"f": {"content": "", "content_type": "a/b\r\nX: 1"}},
            "body.f.content_type: a header cannot hold line breaks",
        ),
    ],
)
def test_says_what_cannot_be_encoded(body: JsonValue, message: str) -> None:
    with pytest.raises(StepError) as caught:
        build(body)
    assert message in caught.value.problem.message
    assert caught.value.problem.suggested_fix
