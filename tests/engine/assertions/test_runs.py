"""Warnings, secret captures and unreadable bodies as they come out of a run."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from app.engine import (
    AssertionSpec,
    CaptureSpec,
    Category,
    Expectations,
    PreparedRequest,
    ReceivedResponse,
    ResultStatus,
    Scope,
    TestResult,
    run,
)
from app.engine.capture_sources import CaptureSource
from tests.engine.builders import (
    Answer,
    MemoryTransport,
    build_plan,
    build_test,
    collect,
    get_results,
    json_response,
)


async def play(answer: Answer, *tests: Any) -> dict[str, TestResult]:
    transport = MemoryTransport(lambda _: answer)
    return get_results(await collect(run(build_plan(tests), Scope(), transport)))


async def test_a_failed_warning_is_reported_and_does_not_fail() -> None:
    warning = AssertionSpec(type="jsonpath", path="$.id", expected=1, severity="warning")
    test = build_test("a", expectations=Expectations(assertions=(warning,)))
    result = (await play(json_response({"id": 2}), test))["a"]
    (attempt,) = result.attempts
    assert result.status is ResultStatus.PASSED
    assert [(entry.severity, entry.passed) for entry in attempt.assertions] == [
        ("error", True),
        ("warning", False),
    ]


SECRET = "s3cret-value-of-a-capture"
CAPTURES: list[tuple[CaptureSource, str]] = [
    ("body", "$.secret"),
    ("header", "X-Secret"),
    ("cookie", "session"),
    ("regex", '"secret":"([^"]+)"'),
]


@pytest.mark.parametrize("target", ["captured_data", "shared_variables", "shared_auth_tokens"])
@pytest.mark.parametrize(("source", "expression"), CAPTURES)
async def test_a_secret_capture_is_redacted_from_then_on(
    source: CaptureSource, expression: str, target: Any
) -> None:
    capture = CaptureSpec(
        source=source, expression=expression, target=target, name="x", secret=True
    )
    place = "captured_data.login.x" if target == "captured_data" else f"{target}.x"
    sent: list[str] = []

    def answer(request: PreparedRequest) -> ReceivedResponse:
        sent.append(request.url)
        headers = {"X-Secret": SECRET, "Set-Cookie": f"session={SECRET}; Path=/"}
        return json_response({"secret": SECRET}, headers=headers)

    login = build_test("login", captures={"x": capture})
    shown = AssertionSpec(type="jsonpath", path="$.secret", expected="other")
    uses = build_test(
        "uses", path=f"/a/{{{{{place}}}}}", expectations=Expectations(assertions=(shown,))
    )
    plan = build_plan([login, uses], [("uses", "login")])
    results = get_results(await collect(run(plan, Scope(), MemoryTransport(answer))))
    assert sent[-1].endswith(SECRET)
    for result in results.values():
        fields = asdict(result)
        captured = fields.pop("captured")
        assert SECRET not in json.dumps(fields, default=str)
        assert (SECRET in json.dumps(captured)) is (result.key == "login")
    assert results["uses"].status is ResultStatus.FAILED


HOSTILE: list[tuple[bytes, str]] = [
    (b'{"a": ', "application/json"),
    (b"<html>", "application/json"),
    (b'{"a": "\xff"}', "application/json"),
    (b"[" * 500 + b"]" * 500, "application/json"),
    (b"1e999", "application/json"),
    (b"", "application/json"),
    (b"<a>\x00</a>", "application/xml"),
    (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "application/xml"),
    (b"\x00\x01\x02", "image/png"),
]


@pytest.mark.parametrize(("body", "content_type"), HOSTILE)
async def test_an_unreadable_body_is_a_result_with_a_hint(body: bytes, content_type: str) -> None:
    kind = "xpath" if "xml" in content_type else "jsonpath"
    path = "//a" if kind == "xpath" else "$.a"
    specs = (
        AssertionSpec(type=kind, path=path, operator="exists"),
        AssertionSpec(type="snapshot", name="x", masks=("$.a", "[0-9]+")),
        AssertionSpec(type="schema", expected={"type": "object"}),
        AssertionSpec(type="body", operator="matches", expected="x"),
    )
    capture = CaptureSpec(source="body", expression="$.a", target="captured_data", name="a")
    test = build_test(
        "a", expectations=Expectations(assertions=specs, body={"a": 1}), captures={"a": capture}
    )
    headers = (("Content-Type", content_type),)
    answer = ReceivedResponse(status_code=200, headers=headers, body=body)
    results = await play(answer, test, build_test("b"))
    result = results["a"]
    assert result.status is ResultStatus.FAILED
    assert result.category is Category.DATA_VALIDATION
    assert result.error_message
    assert result.suggested_fix
    assert results["b"].status is ResultStatus.PASSED


LINES = [f"line-{index}-of-a-private-key" for index in range(6)]


async def test_a_secret_of_many_lines_is_masked_in_the_diff_of_a_text() -> None:
    body = "\n".join(["before", *LINES, "x" * 490 + "key=cut-in-the-middle-of-a-line", "after"])
    expected = "\n".join(["before", *LINES[:3], "after"])
    test = build_test("a", expectations=Expectations(body=expected))
    secrets = {"KEY": "\n".join(LINES), "CUT": "cut-in-the-middle-of-a-line"}
    answer = ReceivedResponse(status_code=200, body=body.encode())
    transport = MemoryTransport(lambda _: answer)
    events = await collect(run(build_plan([test]), Scope(secrets=secrets), transport))
    diff = get_results(events)["a"].attempts[0].assertions[-1].diff or ""
    assert diff.count("+[redacted]\n") == 3
    assert "cut-" not in diff
    assert "private" not in diff
