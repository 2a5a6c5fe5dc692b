"""XPath over XML and HTML, and what hostile documents and paths come to."""

from typing import Any

import pytest

from app.engine import AssertionResult, AssertionSpec, JsonValue
from app.engine.errors import InvalidExpectationError
from tests.engine.assertions.builders import check

XML = b"""<?xml version="1.0"?>
<shop xmlns="urn:shop" xmlns:m="urn:money">
  <item id="1"><name>Lamp</name><m:price>9.50</m:price></item>
  <item id="2"><name>Desk</name><m:price>120</m:price></item>
</shop>"""

HTML = b"<!DOCTYPE html><html><body><h1>Hi<br>there</h1><p class=x>one<p>two</body></html>"

BOMB = (
    b'<!DOCTYPE l [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 12))
    + b"]><l>&a11;</l>"
).replace(b"&a0;", b"&a;")


def ask(
    path: str,
    operator: str | None = None,
    expected: JsonValue = None,
    body: bytes = XML,
    **fields: Any,
) -> AssertionResult:
    spec = AssertionSpec(type="xpath", path=path, operator=operator, expected=expected)
    return check(spec, body, **({"headers": (("Content-Type", "application/xml"),)} | fields))


@pytest.mark.parametrize(
    ("path", "operator", "expected"),
    [
        ("//_:item[1]/_:name", "eq", "Lamp"),
        ("//_:name", "eq", ["Lamp", "Desk"]),
        ("//_:name", "length", 2),
        ("//_:item/@id", "contains", "2"),
        ("//_:item[@id='2']/m:price/text()", "eq", "120"),
        ("//_:item[@id='1']/m:price", "eq", 9.5),
        ("//m:price", "each", {"operator": "matches", "expected": "^[0-9.]+$"}),
        ("//_:item[@id='2']/m:price", "between", [100, 200]),
        ("count(//_:item)", "eq", 2),
        ("sum(//m:price)", "gt", 129),
        ("//_:item[3]", "absent", None),
        ("//_:item[2]", None, None),
        ("boolean(//_:item)", "eq", True),
        ("//_:gone", "empty", None),
        ("string(//_:name)", "eq", "Lamp"),
        ("number('x')", "absent", None),
    ],
)
def test_values(path: str, operator: str | None, expected: JsonValue) -> None:
    result = ask(path, operator, expected)
    assert result.passed, result.message
    assert (result.type, result.path) == ("xpath", path)


def test_failures_read_like_those_of_json() -> None:
    result = ask("//_:item[1]/_:name", "eq", "Desk")
    assert result.message == '//_:item[1]/_:name: expected "Desk", got "Lamp"'
    assert result.diff == '//_:item[1]/_:name\n- "Desk"\n+ "Lamp"'
    assert ask("//_:gone").message == "//_:gone: nothing is there in the body"


def test_html_is_read_as_browsers_do() -> None:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    assert ask("//p", "eq", ["one", "two"], HTML, headers=headers).passed
    assert ask("//p[@class='x']", "eq", "one", HTML, headers=headers).passed


def test_the_charset_of_the_header_counts() -> None:
    body = "<a>é</a>".encode("iso-8859-1")
    headers = (("Content-Type", "text/xml; charset=ISO-8859-1"),)
    assert ask("/a", "eq", "é", body, headers=headers).passed


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty"),
        (b"{}", "the body is not XML: Start tag expected"),
        (b"<a><b></a>", "the body is not XML: Opening and ending tag mismatch"),
        (b"<a>\xff</a>", "the body is not XML"),
        (b"<a>\x00</a>", "the body is not XML"),
        (b"<a>" * 300 + b"</a>" * 300, "Excessive depth"),
        (BOMB, "declares XML entities, which are not read"),
        (BOMB.decode().encode("utf-16"), "declares XML entities"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "declares XML"),
    ],
)
def test_bodies_that_cannot_be_read(body: bytes, message: str) -> None:
    result = ask("//a", "exists", body=body)
    assert not result.passed
    assert message in (result.message or "")


def test_an_external_dtd_is_not_fetched() -> None:
    body = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a>x&y;z</a>'
    assert ask("/a", "eq", "xz", body).passed


def test_what_cannot_be_read_is_not_absent() -> None:
    assert not ask("//a", "absent", body=b"<a").passed
    assert not ask("//a", "absent", body=XML, is_truncated=True).passed
    assert ask("//a", "absent", body=b"").passed


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("//[", "is not an XPath"),
        ("//a" * 200, "an XPath may have 500 characters"),
        ("//\x00", "is not an XPath"),
        (None, "needs a path, an XPath"),
    ],
)
def test_paths_that_are_none(path: str, message: str) -> None:
    with pytest.raises(InvalidExpectationError) as caught:
        ask(path)
    assert message in caught.value.problem.message


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("//x:a", "Undefined namespace prefix (prefixes of the document: _, m)"),
        ("document('/etc/passwd')", "Unregistered function"),
        ("re:match('a', '(a|a)+')", "Undefined namespace prefix"),
    ],
)
def test_paths_that_fail_in_the_document(path: str, message: str) -> None:
    result = ask(path, "absent")
    assert not result.passed
    assert message in (result.message or "")


@pytest.mark.parametrize(
    "path",
    [
        "count(//a[count(//*)>1])",
        "count(//a/following::*)",
        "count(//a/following-sibling::a)",
        "count(//r//a)",
        "count(//a/..)",
        "count(//a|//r)",
    ],
)
def test_a_path_that_would_take_too_long_is_not_followed(path: str) -> None:
    body = b"<r>" + b"<a/>" * 40_000 + b"</r>"
    assert "takes too long in a body of 40001 elements" in (ask(path, "gt", 1, body).message or "")
    assert ask(path, "ge", 0, b"<r><a/><a/></r>").passed
    assert ask("count(//a[@id or not(@id)])", "eq", 40_000, body).passed
