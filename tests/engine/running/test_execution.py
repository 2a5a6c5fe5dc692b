"""One test from start to result: attempts, categories, problems as values."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.engine import (
    AssertionSpec,
    AttemptFailed,
    AuthSpec,
    CaptureSpec,
    Category,
    Expectations,
    JsonValue,
    PlannedTest,
    PollPolicy,
    PreparedRequest,
    ReceivedResponse,
    ResultStatus,
    RunControl,
    RunOptions,
    Scope,
    TestResult,
    TransportError,
    run,
)
from tests.engine.builders import (
    Answer,
    MemoryTransport,
    build_plan,
    build_test,
    collect,
    connection_refused,
    get_results,
    json_response,
    select,
)

IMPATIENT = RunOptions(retry_initial_seconds=0, retry_jitter_seconds=0)


def script(*answers: Answer) -> MemoryTransport:
    """Gives one answer after the other."""
    remaining: Iterator[Answer] = iter(answers)

    def answer(_: PreparedRequest) -> Answer:
        return next(remaining)

    return MemoryTransport(answer)


async def run_one(test: PlannedTest, transport: MemoryTransport) -> TestResult:
    events = await collect(run(build_plan([test]), Scope(), transport, IMPATIENT))
    return get_results(events)[test.key]


TIMED_OUT = TransportError(Category.TIMEOUT, "no answer within 1 s", "Wait longer.")


async def test_every_attempt_is_kept() -> None:
    test = build_test("a", retry_count=3)
    transport = script(connection_refused(), json_response({}, 503), json_response({"ok": 1}))
    events = await collect(run(build_plan([test]), Scope(), transport, IMPATIENT))
    result = get_results(events)["a"]
    assert result.status is ResultStatus.PASSED
    assert [attempt.number for attempt in result.attempts] == [1, 2, 3]
    assert [attempt.passed for attempt in result.attempts] == [False, False, True]
    first, second, third = result.attempts
    assert first.error is not None
    assert first.error.category is Category.CONNECTION
    assert first.request is not None
    assert first.response is None
    assert second.error is None
    assert second.error_message == "expected status 2xx, got 503"
    assert second.response is not None
    assert second.response.status_code == 503
    assert third.error_message is None
    assert [event.attempt.number for event in select(events, AttemptFailed)] == [1, 2]
    assert (result.category, result.error_message) == (None, None)


async def test_retries_end() -> None:
    result = await run_one(
        build_test("a", retry_count=2), script(*[json_response({}, 500)] * 2, TIMED_OUT)
    )
    assert result.status is ResultStatus.ERROR
    assert result.category is Category.TIMEOUT
    assert len(result.attempts) == 3


async def test_without_retries_there_is_one_attempt() -> None:
    result = await run_one(build_test("a"), script(connection_refused()))
    assert len(result.attempts) == 1


async def test_a_request_that_cannot_be_built_is_not_tried_again() -> None:
    transport = MemoryTransport()
    result = await run_one(build_test("a", path="/{{env.X}}", retry_count=5), transport)
    assert transport.requests == []
    assert (result.status, result.category) == (ResultStatus.ERROR, Category.DATA_VALIDATION)
    (attempt,) = result.attempts
    assert attempt.error is not None
    assert attempt.error.location == "path"
    assert attempt.request is None
    assert result.suggested_fix


async def test_captures_of_the_last_attempt_count() -> None:
    capture = CaptureSpec(source="body", expression="$.id", target="captured_data", name="id")
    transport = script(json_response({"id": 1}, 500), json_response({"id": 2}))
    result = await run_one(build_test("a", retry_count=1, captures={"id": capture}), transport)
    assert result.captured.captured_data == {"a": {"id": 2}}


TOKEN = CaptureSpec(
    source="body", expression="$.token", target="shared_auth_tokens", name="access_token"
)


@pytest.mark.parametrize(
    ("fields", "answer", "status", "category", "message"),
    [
        ({}, TIMED_OUT, "error", "timeout", "no answer within 1 s"),
        ({}, connection_refused(), "error", "connection", "connection refused"),
        ({}, json_response({}, 401), "failed", "authentication", "expected status 2xx, got 401"),
        ({}, json_response({}, 403), "failed", "authentication", "expected status 2xx, got 403"),
        ({}, json_response({}, 500), "failed", "assertion", "expected status 2xx, got 500"),
        (
            {"expectations": Expectations(status=401, body={"a": 1})},
            json_response({"a": 2}, 401),
            "failed",
            "assertion",
            "body $.a: expected 1, got 2",
        ),
        (
            {"captures": {"t": TOKEN}},
            json_response({}),
            "failed",
            "data-validation",
            "capture 'access_token' from $.token: nothing is there in the body",
        ),
        (
            {"captures": {"t": TOKEN}},
            json_response({}, 500),
            "failed",
            "assertion",
            "expected status 2xx, got 500; capture 'access_token' from $.token: nothing is there in the body",
        ),
        (
            {"expectations": Expectations(body=[1, 2, 3, 4, 5])},
            json_response([]),
            "failed",
            "assertion",
            (
                "body $[0]: expected 1, it is missing; body $[1]: expected 2, it is missing; "
                "body $[2]: expected 3, it is missing; and 2 more"
            ),
        ),
        (
            {"auth": AuthSpec(type="mtls")},
            json_response({}),
            "error",
            "data-validation",
            "transfer.tls: authentication of type 'mtls' needs a certificate and its key",
        ),
        (
            {"auth": AuthSpec(type="bearer")},
            json_response({}),
            "error",
            "data-validation",
            (
                'auth_token_ref: {{shared_auth_tokens["access_token"]}}: shared_auth_tokens has no '
                "'access_token'; it has nothing"
            ),
        ),
        (
            {"body": "x", "body_type": "binary"},
            json_response({}),
            "error",
            "data-validation",
            "body_type: bodies of type 'binary' are not known",
        ),
        (
            {"path": "/{{captured_data.login.id}}"},
            json_response({}),
            "error",
            "data-validation",
            "path: {{captured_data.login.id}}: captured_data has no 'login'; it has nothing",
        ),
    ],
)
async def test_problems_are_values(
    fields: dict[str, Any], answer: Answer, status: str, category: str, message: str
) -> None:
    result = await run_one(build_test("a", **fields), script(answer))
    assert (result.status, result.category, result.error_message) == (status, category, message)
    assert result.suggested_fix


async def test_a_base_url_that_is_none_is_a_problem_of_the_environment() -> None:
    plan = build_plan([build_test("a")])
    homeless = type(plan)(run_id="r", base_url="", tests=plan.tests)
    events = await collect(run(homeless, Scope(), MemoryTransport()))
    result = get_results(events)["a"]
    assert (result.status, result.category) == (ResultStatus.ERROR, Category.ENVIRONMENT)


async def test_evidence_is_complete() -> None:
    test = build_test(
        "a", method="POST", body={"x": 1}, query_params={"q": 2}, headers={"X-A": "1"}
    )
    answer = ReceivedResponse(
        status_code=200,
        headers=(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
        body=b"\xff binary \x00",
        elapsed_ms=3.5,
        timing_phases={"first_byte_ms": 3.0},
    )
    result = await run_one(test, script(answer))
    (attempt,) = result.attempts
    assert attempt.request is not None
    assert attempt.request.url == "http://shop.test/a?q=2"
    assert attempt.request.query == {"q": 2}
    assert attempt.request.body == '{"x":1}'
    assert attempt.request.headers["X-A"] == "1"
    assert attempt.response is not None
    assert attempt.response.headers == {"set-cookie": "a=1, b=2"}
    assert attempt.response.body == "\ufffd binary \ufffd"
    assert attempt.response.body_bytes == 10
    assert attempt.response.timing_phases == {"first_byte_ms": 3.0}
    assert attempt.started_at.utcoffset() is not None
    assert attempt.completed_at >= attempt.started_at


async def test_evidence_is_bounded() -> None:
    body: JsonValue = {"big": "x" * 1_000_000}
    test = build_test("a", expectations=Expectations(body={"big": "y"}, body_match_type="partial"))
    result = await run_one(test, script(json_response(body)))
    (attempt,) = result.attempts
    assert attempt.response is not None
    assert len(attempt.response.body) == IMPATIENT.evidence_characters
    assert attempt.response.body_bytes > 1_000_000
    assert not attempt.response.is_truncated
    assert len(str(attempt.assertions)) < 50_000
    assert len(result.error_message or "") < 1_000


async def test_attempts_before_a_cancellation_are_kept() -> None:
    control = RunControl()
    test = build_test("a", retry_count=5)
    options = RunOptions(retry_initial_seconds=60, retry_jitter_seconds=0)
    transport = script(connection_refused())
    events = run(build_plan([test]), Scope(), transport, options, control=control)
    results: dict[str, TestResult] = {}
    async for event in events:
        if isinstance(event, AttemptFailed):
            assert event.next_attempt_in_seconds == 5.0  # the maximum
            control.cancel()
        results |= get_results([event])
    assert results["a"].reason == "cancelled"
    assert len(results["a"].attempts) == 1


@pytest.mark.parametrize("place", ["nowhere", "assertions", "until"])
async def test_a_certificate_is_asked_for_where_it_is_looked_at(place: str) -> None:
    looks = (AssertionSpec(type="certificate", expected=1, severity="warning"),)
    poll = PollPolicy(until=looks) if place == "until" else None
    expectations = Expectations(assertions=looks if place == "assertions" else ())
    transport = MemoryTransport()
    plan = build_plan([build_test("a", expectations=expectations, poll=poll)])
    await collect(run(plan, Scope(), transport, IMPATIENT))
    assert transport.requests[0].is_detailed is (place != "nowhere")
