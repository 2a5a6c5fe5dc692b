"""Whole runs with authentication: nothing of it is ever seen in what the engine says."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson
from starlette.responses import JSONResponse

from app.engine import (
    AuthSpec,
    Event,
    JsonValue,
    ReceivedResponse,
    ResultStatus,
    RetryPolicy,
    RunOptions,
    Scope,
    TestResult,
    run,
)
from app.engine.errors import Category
from app.engine.retries.policies import TransportRetry
from app.engine.transport import PreparedRequest
from app.engine.transports.direct_transport import DirectTransport
from tests.engine.authentication.token_target import CLIENT, CLIENT_SECRET, TokenTarget
from tests.engine.builders import (
    MemoryTransport,
    build_plan,
    build_test,
    collect,
    get_results,
    json_response,
)
from tests.targets.serving import RunningTarget

SECRETS: Mapping[str, str] = {"CLIENT_SECRET": CLIENT_SECRET, "PASSWORD": "hunter2-hunter2"}


def build_oauth2(url: str, **settings: JsonValue) -> AuthSpec:
    defaults: dict[str, JsonValue] = {
        "token_url": f"{url}/token",
        "client_id": CLIENT,
        "client_secret": "{{env.CLIENT_SECRET}}",
    }
    return AuthSpec(type="oauth2", settings=defaults | settings)


def render(events: list[Event]) -> str:
    return orjson.dumps([asdict(event) for event in events], default=str).decode()


async def play(url: str, *auths: AuthSpec, **fields: Any) -> tuple[list[TestResult], str]:
    tests = [
        build_test(f"t{index}", path=f"{url}/resource", auth=auth, **fields)
        for index, auth in enumerate(auths)
    ]
    transport = DirectTransport()
    try:
        options = RunOptions(concurrency=32)
        scope = Scope(secrets=SECRETS)
        events = await collect(run(build_plan(tests), scope, transport, options))
    finally:
        await transport.aclose()
    return list(get_results(events).values()), render(events)


async def test_two_hundred_tests_share_a_token_that_nobody_sees(
    running_target: RunningTarget,
) -> None:
    target = TokenTarget()
    running_target.application = target.application
    results, said = await play(running_target.url, *[build_oauth2(running_target.url)] * 200)
    assert {result.status for result in results} == {ResultStatus.PASSED}
    assert len(target.forms) == 1
    request = results[0].attempts[0].request
    assert request
    assert request.headers["Authorization"] == "Bearer [redacted]"
    assert not any(token in said for token in target.valid)
    assert CLIENT_SECRET not in said


async def test_a_failed_token_request_is_an_error_that_says_why(
    running_target: RunningTarget,
) -> None:
    target = TokenTarget()
    target.answers.append(
        lambda: JSONResponse({"error": "invalid_client", "echo": CLIENT_SECRET}, 401)
    )
    running_target.application = target.application
    url = running_target.url
    results, said = await play(url, *[build_oauth2(url)] * 20)
    assert {result.status for result in results} == {ResultStatus.ERROR}
    assert {result.category for result in results} == {Category.AUTHENTICATION}
    assert results[0].error_message == (
        f"the token endpoint {url}/token answered 401: "
        '{"error":"invalid_client","echo":"[redacted]"}'
    )
    assert "client_id" in (results[0].suggested_fix or "")
    assert (len(target.forms), target.used) == (1, [])
    assert CLIENT_SECRET not in said


async def test_a_failure_that_passes_is_tried_again_with_the_test(
    running_target: RunningTarget,
) -> None:
    target = TokenTarget()
    target.answers.append(lambda: JSONResponse({}, 503))
    retry = RetryPolicy(transport=TransportRetry(initial_ms=10, jitter_ms=0))
    running_target.application = target.application
    results, _ = await play(running_target.url, build_oauth2(running_target.url), retry=retry)
    assert results[0].status is ResultStatus.PASSED
    assert [attempt.passed for attempt in results[0].attempts] == [False, True]


async def test_a_target_that_echoes_every_header_gives_nothing_away() -> None:
    settings: dict[str, Mapping[str, JsonValue]] = {
        "basic": {"username": "ada", "password": "{{env.PASSWORD}}"},
        "jwt-hs256": {"api_key": "key-12345", "api_secret": "{{env.PASSWORD}}"},
        "aws-sigv4": {
            "access_key_id": "AKIDEXAMPLE",
            "secret_access_key": "{{env.PASSWORD}}",
            "session_token": "session-12345",
            "region": "eu-west-1",
            "service": "s3",
        },
        "digest": {"username": "ada", "password": "{{env.PASSWORD}}"},
    }
    sent: list[str] = []

    def echo(request: PreparedRequest) -> ReceivedResponse:
        headers = dict(request.headers)
        sent.append(headers.get("Authorization", ""))
        if "realm" in request.url and not sent[-1]:
            challenge = {"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'}
            return json_response({}, 401, challenge)
        encoded = base64.b64encode(sent[-1].encode()).decode()
        body: JsonValue = {"headers": list(headers.values()), "encoded": encoded}
        return json_response(body, headers=headers)

    tests = [
        build_test(f"{kind}-realm", auth=AuthSpec(type=kind, settings=values))
        for kind, values in settings.items()
    ]
    scope = Scope(secrets=SECRETS)
    events = await collect(run(build_plan(tests), scope, MemoryTransport(echo)))
    results = get_results(events).values()
    assert {result.status for result in results} == {ResultStatus.PASSED}
    said = render(events)
    proofs = [text.rpartition(" ")[2] for text in sent if text]
    for secret in (*proofs, SECRETS["PASSWORD"], "key-12345", "session-12345"):
        assert len(secret) > 4
        assert secret not in said
    for text in sent:
        if "Signature=" in text:
            assert text.rpartition("Signature=")[2] not in said
        if 'response="' in text:
            assert text.partition('response="')[2][:32] not in said
