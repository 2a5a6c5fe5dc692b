"""Headers that are repeated, cookies, sizes, certificates, warnings, parts that templates fill in."""

from datetime import timedelta
from typing import Any

import pytest

from app.engine import AssertionSpec, Expectations, JsonValue, PreparedRequest, Scope
from app.engine.assertions.checks import build_checks, build_declared_checks
from app.engine.document import Document
from app.engine.errors import InvalidExpectationError, InvalidPlanError, TemplateError
from app.engine.transport import Certificate
from tests.engine.assertions.builders import build_response, check, evaluate
from tests.engine.builders import FrozenClock

REPEATED: dict[str, Any] = {
    "headers": (("Vary", "Accept"), ("X-Tag", "b"), ("vary", "Origin"), ("X-Tag", "a"))
}


@pytest.mark.parametrize(
    ("spec", "passed"),
    [
        ({"name": "Vary", "expected": "Accept, Origin"}, True),
        ({"name": "vary", "expected": ["Accept", "Origin"]}, True),
        ({"name": "vary", "expected": ["Accept"]}, False),
        ({"name": "Vary", "operator": "contains", "expected": "Origin"}, True),
        ({"name": "Vary", "operator": "in", "expected": ["Accept, Origin", "*"]}, True),
        ({"name": "X-Tag", "operator": "sorted", "expected": "descending"}, True),
        ({"name": "X-Tag", "operator": "unique"}, True),
        ({"name": "X-Tag", "operator": "each", "expected": {"operator": "length", "expected": 1}}, True),
        ({"name": "X-Gone", "operator": "each", "expected": {"operator": "exists"}}, False),
    ],
)  # fmt: skip
def test_repeated_headers(spec: dict[str, Any], passed: bool) -> None:
    result = check(AssertionSpec(type="header", **spec), **REPEATED)
    assert result.passed is passed, result.message


COOKIES: dict[str, Any] = {
    "headers": (
        ("Set-Cookie", "session=abc; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=3600"),
        ("Set-Cookie", "theme=dark"),
    )
}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"name": "session", "expected": "abc"}, None),
        ({"path": "theme", "expected": "dark"}, None),
        ({"name": "theme", "operator": "exists"}, None),
        ({"name": "gone", "operator": "absent"}, None),
        ({"name": "session", "path": "HttpOnly", "expected": True}, None),
        ({"name": "session", "path": "secure"}, None),
        ({"name": "session", "path": "SameSite", "operator": "in", "expected": ["Lax", "Strict"]}, None),
        ({"name": "session", "path": "Max-Age", "operator": "le", "expected": 3600}, None),
        ({"name": "theme", "path": "Secure", "operator": "absent"}, None),
        ({"name": "theme", "path": "Secure"}, "cookie theme[Secure]: the cookie has no attribute Secure"),
        ({"name": "gone"}, "cookie gone: the answer does not set this cookie"),
        ({"name": "theme", "expected": "light"}, 'cookie theme: expected "light", got "dark"'),
    ],
)  # fmt: skip
def test_cookies(spec: dict[str, Any], message: str | None) -> None:
    result = check(AssertionSpec(type="cookie", **spec), **COOKIES)
    assert (result.type, result.message) == ("cookie", message)


def test_size() -> None:
    assert check(AssertionSpec(type="size", expected=7), b"1234567").passed
    assert not check(AssertionSpec(type="size", expected=6), b"1234567").passed
    assert check(AssertionSpec(type="size", operator="between", expected=[1, 9]), b"{}").passed
    cut = check(AssertionSpec(type="size", expected=9), b"12", is_truncated=True)
    assert "cut after 2 bytes, its size is not known" in (cut.message or "")


def build_certificate(days: float) -> Certificate:
    expiry = FrozenClock().now() + timedelta(days=days)
    return Certificate(not_after=expiry, subject="CN=shop.test", issuer="CN=test")


@pytest.mark.parametrize(("days", "passed"), [(30.5, True), (30, True), (29.9, False), (-1, False)])
def test_days_until_the_certificate_expires(days: float, passed: bool) -> None:
    spec = AssertionSpec(type="certificate", expected=30)
    result = check(spec, certificate=build_certificate(days))
    assert (result.passed, result.actual) == (passed, days)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": "http://shop.test/a"}, "was not reached over TLS and has no certificate"),
        ({"request": PreparedRequest(method="GET", url="HTTP://x/")}, "was not reached over TLS"),
        ({"url": "https://shop.test/a"}, "set transfer.http_version to 1.1"),
        ({}, "does not tell the certificate"),
    ],
)
def test_without_a_certificate(fields: dict[str, Any], message: str) -> None:
    for operator in ("ge", "absent"):
        spec = AssertionSpec(type="certificate", operator=operator, expected=30)
        result = check(spec, **fields)
        assert not result.passed
        assert message in (result.message or "")


def test_a_warning_is_marked() -> None:
    spec = AssertionSpec(type="jsonpath", path="$.id", expected=1, severity="warning")
    result = check(spec)
    assert (result.severity, result.passed) == ("warning", False)
    assert check(AssertionSpec(type="jsonpath", path="$.id")).severity == "error"


def test_all_parts_are_templates() -> None:
    source = Scope(shared_variables={"path": "$.id", "value": 7, "name": "X-Id"})
    specs = (
        AssertionSpec(
            type="jsonpath",
            path="{{shared_variables.path}}",
            operator="between",
            expected=[1, "{{shared_variables.value}}"],
        ),
        AssertionSpec(type="header", name="{{shared_variables.name}}", expected="7"),
        AssertionSpec(type="snapshot", name="a", masks=("{{shared_variables.path}}",)),
    )
    expectations = Expectations(snapshots={"a": {"id": "{{kept as it is}}"}})
    checks = build_declared_checks(specs, source, expectations=expectations)
    response = build_response({"id": 7})
    results = [result for check in checks for result in check.evaluate(response)]
    assert [result.passed for result in results] == [True, True, True]


def test_a_template_without_a_value_names_the_assertion() -> None:
    spec = AssertionSpec(type="header", name="{{env.GONE}}")
    with pytest.raises(TemplateError) as caught:
        build_declared_checks((spec,), Scope(), location="poll.until")
    assert caught.value.problem.location == "poll.until[0].name"


def test_the_whole_document() -> None:
    read = Expectations.from_document(
        Document(
            {
                "ignore_paths": ["$.at"],
                "snapshots": {"a": 1},
                "response_schemas": {"200": True},
                "assertions": [
                    {"type": "snapshot", "name": "a", "masks": ["$.b"], "severity": "warning"}
                ],
            }
        )
    )
    assert read.ignore_paths == ("$.at",)
    assert read.assertions[0].masks == ("$.b",)
    assert read.assertions[0].severity == "warning"
    assert build_checks(read, Scope())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"severity": "fatal"}, "assertions[0].severity"),
        ({"masks": "$.a"}, "assertions[0].masks"),
        ({"masks": [1]}, "assertions[0].masks[0]"),
    ],
)
def test_fields_that_are_wrong(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPlanError) as caught:
        Expectations.from_document(Document({"assertions": [{"type": "body"} | change]}))
    assert caught.value.field == field


@pytest.mark.parametrize("type_", ["cookie", "header"])
def test_a_name_is_needed(type_: str) -> None:
    with pytest.raises(InvalidExpectationError, match=f"needs the name of a {type_}"):
        check(AssertionSpec(type=type_))


def test_a_failed_check_shows_what_differs() -> None:
    body: JsonValue = {"id": 1, "tags": ["a", "c"]}
    spec = AssertionSpec(type="body", operator="eq", expected=body)
    lines = (check(spec, {"id": 1, "tags": ["a"], "more": 2}).diff or "").splitlines()
    assert lines == ["$.tags[1]", '- "c"', "$.more", "+ 2"]
    (status,) = evaluate(Expectations(status=[200, "3xx"]), status_code=404)
    assert status.diff == "status\n- 200 or 3xx\n+ 404"
